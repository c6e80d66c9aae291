import { checkComponent } from "./cgroup-path.ts";
import { checkDeviceRule } from "./device-rule.ts";
import { parseCpuList } from "./cpu-list.ts";
import { CgroupError } from "./error.ts";
import type { BlockIoResources, Resources } from "./resources.ts";

/** A check of one value; it throws a TypeError or RangeError that begins with `at`. */
type Check = (value: unknown, at: string) => void;

const bytes = integer(-1, Number.MAX_SAFE_INTEGER, "bytes, or -1 for no limit");
const count = integer(0, Number.MAX_SAFE_INTEGER, "a whole number");
const u32 = integer(0, 0xffffffff, "a whole number of 32 bits");
const weight = oneOfTwo(0, integer(10, 1000, "10 to 1000"));
const throttles = list(
  fields({ major: u32, minor: u32, rate: count }, ["major", "minor", "rate"]),
);

const checkShape: Check = fields({
  devices: list(checkDeviceRule),
  memory: fields({
    limit: bytes,
    reservation: bytes,
    swap: bytes,
    kernel: bytes,
    kernelTCP: bytes,
    swappiness: integer(0, 100, "0 to 100"),
    disableOOMKiller: boolean,
    useHierarchy: boolean,
    checkBeforeUpdate: boolean,
  }),
  cpu: fields({
    shares: count,
    quota: integer(
      -1,
      Number.MAX_SAFE_INTEGER,
      "microseconds, or -1 for no limit",
    ),
    burst: count,
    period: oneOfTwo(
      0,
      integer(1000, 1_000_000, "1000 to 1000000 microseconds"),
    ),
    realtimeRuntime: integer(
      -1,
      Number.MAX_SAFE_INTEGER,
      "microseconds, or -1",
    ),
    realtimePeriod: count,
    cpus: cpuList,
    mems: cpuList,
    idle: integer(0, 1, "0 or 1"),
  }),
  pids: fields({
    limit: integer(
      -1,
      Number.MAX_SAFE_INTEGER,
      "a number of tasks, or -1 for no limit",
    ),
  }),
  blockIO: fields({
    weight,
    leafWeight: weight,
    weightDevice: list(
      fields({ major: u32, minor: u32, weight, leafWeight: weight }, [
        "major",
        "minor",
      ]),
    ),
    throttleReadBpsDevice: throttles,
    throttleWriteBpsDevice: throttles,
    throttleReadIOPSDevice: throttles,
    throttleWriteIOPSDevice: throttles,
  }),
  hugepageLimits: list(
    fields({ pageSize, limit: bytes }, ["pageSize", "limit"]),
  ),
  network: fields({
    classID: u32,
    priorities: list(
      fields({ name: oneWord, priority: u32 }, ["name", "priority"]),
    ),
  }),
  rdma: entries(oneWord, fields({ hcaHandles: u32, hcaObjects: u32 })),
  unified: entries(unifiedKey, text),
});

/**
 * Checks limits before anything is done: every value's type and range, what contradicts what, and that nothing is
 * given that would be passed over.
 * @throws {TypeError} for a value of a wrong type, or a resource that there is not.
 * @throws {RangeError} for a value out of range, or at odds with another.
 */
export function checkResources(resources: Resources): void {
  checkShape(resources, "resources");
  const { memory = {}, cpu = {} } = resources;
  const { limit = 0, swap = 0 } = memory;
  if (swap > 0 && limit > 0 && swap < limit) {
    throw new RangeError(
      `invalid memory.swap '${String(swap)}': expected at least memory.limit, '${String(limit)}', which it includes`,
    );
  }
  if (cpu.idle === 1 && (cpu.shares ?? 0) !== 0)
    throw new RangeError(
      `invalid cpu.shares '${String(cpu.shares)}': expected none with cpu.idle 1`,
    );
  checkDuplicates(resources.blockIO ?? {});
}

function checkDuplicates(blockIO: BlockIoResources): void {
  for (const [name, devices] of Object.entries(blockIO)) {
    if (!Array.isArray(devices)) continue;
    const numbers = (devices as { major: number; minor: number }[]).map(
      ({ major, minor }) => `${String(major)}:${String(minor)}`,
    );
    const twice = numbers.find((each, i) => numbers.indexOf(each) !== i);
    if (twice !== undefined)
      throw new RangeError(
        `invalid blockIO.${name}: expected each device once, and ${twice} is there twice`,
      );
  }
}

/** A key of `unified`: the name of a controller's file, and no file of the tree itself. */
function unifiedKey(value: unknown, at: string): void {
  const key = value as string;
  try {
    checkComponent(key);
  } catch (error) {
    if (!(error instanceof CgroupError)) throw error;
    throw new RangeError(`invalid ${at}: expected the name of a file`, {
      cause: error,
    });
  }
  if (!/^[a-z0-9_]+\.[A-Za-z0-9_.]+$/.test(key))
    throw new RangeError(
      `invalid ${at}: expected CONTROLLER.PARAMETER, the name of a file`,
    );
  // these move processes, kill them or change the tree, and are no limits
  if (key.startsWith("cgroup.") && !key.startsWith("cgroup.max."))
    throw new RangeError(
      `invalid ${at}: expected a limit, which of the files of the tree itself only cgroup.max.depth and cgroup.max.descendants are`,
    );
}

function fields(
  checks: Readonly<Record<string, Check>>,
  required: readonly string[] = [],
): Check {
  return (value, at) => {
    const record = recordOf(value, at);
    for (const name of required)
      if (record[name] === undefined)
        throw new TypeError(`invalid ${at}: expected ${name}`);
    for (const [name, part] of Object.entries(record)) {
      if (part === undefined) continue;
      const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
      const path = at === "resources" ? name : `${at}.${name}`;
      if (check === undefined)
        throw new TypeError(
          `unknown resource '${path}': expected one of ${Object.keys(checks).join(", ")}`,
        );
      check(part, path);
    }
  };
}

function entries(key: Check, entry: Check): Check {
  return (value, at) => {
    for (const [name, part] of Object.entries(recordOf(value, at))) {
      key(name, `${at} ${JSON.stringify(name)}`);
      entry(part, `${at} ${JSON.stringify(name)}`);
    }
  };
}

function list(entry: Check): Check {
  return (value, at) => {
    if (!Array.isArray(value)) throw wrongType(value, at, "an array");
    for (const [i, part] of value.entries()) entry(part, `${at}[${String(i)}]`);
  };
}

function recordOf(value: unknown, at: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw wrongType(value, at, "an object");
  return value as Record<string, unknown>;
}

function integer(min: number, max: number, expected: string): Check {
  return (value, at) => {
    if (typeof value !== "number" || !Number.isSafeInteger(value))
      throw wrongType(value, at, expected);
    if (value < min || value > max)
      throw new RangeError(
        `invalid ${at} '${String(value)}': expected ${expected}`,
      );
  };
}

function oneOfTwo(exactly: number, otherwise: Check): Check {
  return (value, at) => {
    if (value !== exactly) otherwise(value, at);
  };
}

function boolean(value: unknown, at: string): void {
  if (typeof value !== "boolean") throw wrongType(value, at, "a boolean");
}

function text(value: unknown, at: string): void {
  if (typeof value !== "string") throw wrongType(value, at, "a string");
}

function cpuList(value: unknown, at: string): void {
  text(value, at);
  parseCpuList(value as string, at);
}

function pageSize(value: unknown, at: string): void {
  if (typeof value !== "string" || !/^[1-9]\d*[KMG]B$/.test(value))
    throw wrongType(value, at, "a size such as '2MB'");
}

/** Part of a line that is written: a space or line break would make it more than was said. */
function oneWord(value: unknown, at: string): void {
  if (typeof value !== "string" || !/^[^\s\0/]+$/.test(value))
    throw wrongType(value, at, "a name without spaces");
}

function wrongType(value: unknown, at: string, expected: string): TypeError {
  return new TypeError(
    `invalid ${at} ${typeof value === "string" ? JSON.stringify(value) : `'${String(value)}'`}: expected ${expected}`,
  );
}
