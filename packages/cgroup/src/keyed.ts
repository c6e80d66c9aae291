import { CgroupError } from "./error.ts";

/** Counters by name. */
export type Counters = Readonly<Record<string, number>>;

/**
 * Parses a flat keyed file, `KEY VALUE` lines (memory.stat, cgroup.events); see "Flat keyed" in the kernel's
 * cgroup-v2.rst. A value of `max` is Infinity.
 * @throws {CgroupError} `ERR_CGROUP_INVALID`
 */
export function parseFlat(text: string): Counters {
  const counters: Record<string, number> = Object.create(null) as Record<
    string,
    number
  >;
  for (const line of linesOf(text)) {
    const [key, value, more] = line.split(" ");
    if (key === undefined || value === undefined || more !== undefined)
      throw invalid(line, "KEY VALUE");
    counters[key] = parseValue(value);
  }
  return counters;
}

/**
 * Parses a nested keyed file, `KEY SUBKEY=VALUE…` lines (io.stat, rdma.current, *.pressure); see "Nested keyed" in the
 * kernel's cgroup-v2.rst.
 * @throws {CgroupError} `ERR_CGROUP_INVALID`
 */
export function parseNested(text: string): Readonly<Record<string, Counters>> {
  const keyed: Record<string, Counters> = Object.create(null) as Record<
    string,
    Counters
  >;
  for (const line of linesOf(text)) {
    const [key, ...parts] = line.trimEnd().split(" ");
    if (key === undefined || key === "")
      throw invalid(line, "KEY SUBKEY=VALUE");
    const counters: Record<string, number> = Object.create(null) as Record<
      string,
      number
    >;
    for (const part of parts) {
      const at = part.indexOf("=");
      if (at <= 0) throw invalid(line, "KEY SUBKEY=VALUE");
      counters[part.slice(0, at)] = parseValue(part.slice(at + 1));
    }
    keyed[key] = counters;
  }
  return keyed;
}

/**
 * One number, or `max`, which is Infinity.
 * @throws {CgroupError} `ERR_CGROUP_INVALID`
 */
export function parseValue(text: string): number {
  const trimmed = text.trim();
  if (trimmed === "max") return Infinity;
  if (!/^-?\d+(?:\.\d+)?$/.test(trimmed))
    throw invalid(trimmed, "a number or 'max'");
  return Number(trimmed);
}

function linesOf(text: string): string[] {
  return text.split("\n").filter((line) => line.trim() !== "");
}

function invalid(text: string, expected: string): CgroupError {
  return new CgroupError(
    "ERR_CGROUP_INVALID",
    `invalid text of a cgroup file ${JSON.stringify(text)}: expected ${expected}`,
  );
}
