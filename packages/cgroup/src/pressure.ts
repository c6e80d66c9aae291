import { CgroupError } from "./error.ts";
import { type Counters, parseNested } from "./keyed.ts";

/** How much time was lost waiting; see the kernel's accounting/psi.rst. */
export interface PressureLine {
  /** Percent of the last 10, 60 and 300 seconds. */
  readonly avg10: number;
  readonly avg60: number;
  readonly avg300: number;
  /** Microseconds since the beginning. */
  readonly totalUs: number;
}

export interface Pressure {
  /** Some processes waited. */
  readonly some: PressureLine;
  /** All processes waited. Not in cpu.pressure before Linux 5.13. */
  readonly full?: PressureLine;
}

/**
 * Parses a *.pressure file.
 * @throws {CgroupError} `ERR_CGROUP_INVALID`
 */
export function parsePressure(text: string): Pressure {
  const { some, full } = parseNested(text);
  if (some === undefined)
    throw new CgroupError(
      "ERR_CGROUP_INVALID",
      `invalid pressure ${JSON.stringify(text)}: expected a line 'some'`,
    );
  return {
    some: lineOf(some),
    ...(full !== undefined && { full: lineOf(full) }),
  };
}

function lineOf(counters: Counters): PressureLine {
  const [avg10, avg60, avg300, totalUs] = [
    "avg10",
    "avg60",
    "avg300",
    "total",
  ].map((key) => {
    const value = counters[key];
    if (value === undefined)
      throw new CgroupError(
        "ERR_CGROUP_INVALID",
        `invalid pressure without '${key}': expected avg10, avg60, avg300 and total`,
      );
    return value;
  }) as [number, number, number, number];
  return { avg10, avg60, avg300, totalUs };
}
