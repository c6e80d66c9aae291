import { cpuWeight, swapMax } from "../conversions.ts";
import { parseCpuList } from "../cpu-list.ts";
import type { Resources } from "../resources.ts";

/** A property of a unit on D-Bus: its name, and a value with its signature. */
export interface UnitProperty {
  readonly name: string;
  readonly signature: string;
  readonly value: unknown;
}

/** No limit, in a property of 64 bits. */
const INFINITY = 2n ** 64n - 1n;
const DEFAULT_PERIOD_US = 100_000;
const US_PER_SECOND = 1_000_000;
/** systemd keeps a quota as whole percents of a CPU. */
const PERCENT_US = 10_000;

/**
 * The limits as properties of a unit of this version of systemd; see org.freedesktop.systemd1(5). They are what systemd
 * writes whenever it sets the unit up again; what it has no property for, and what is finer than it keeps, is written
 * to the files after it. Devices apart.
 */
export function unitProperties(
  resources: Resources,
  version: number,
): UnitProperty[] {
  return [
    ...memoryProperties(resources),
    ...cpuProperties(resources, version),
    ...(resources.pids?.limit === undefined
      ? []
      : [limit("TasksMax", resources.pids.limit)]),
    ...unifiedProperties(resources.unified ?? {}, version),
  ];
}

function memoryProperties({ memory = {} }: Resources): UnitProperty[] {
  const { limit: max = 0, reservation = 0 } = memory;
  const swap = swapMax(memory);
  return [
    ...(max === 0 ? [] : [limit("MemoryMax", max)]),
    ...(reservation === 0 ? [] : [limit("MemoryLow", reservation)]),
    ...(swap === undefined
      ? []
      : [limit("MemorySwapMax", swap === "max" ? -1 : swap)]),
  ];
}

function cpuProperties(
  { cpu = {} }: Resources,
  version: number,
): UnitProperty[] {
  const { shares = 0, quota = 0, period = 0, idle, cpus = "", mems = "" } = cpu;
  return [
    ...(shares === 0 ? [] : [u64("CPUWeight", cpuWeight(shares))]),
    // idle, since systemd 252
    ...(idle === 1 && version >= 252 ? [u64("CPUWeight", 0)] : []),
    ...(period === 0 || version < 242
      ? []
      : [u64("CPUQuotaPeriodUSec", period)]),
    ...(quota === 0
      ? []
      : [limit("CPUQuotaPerSecUSec", quotaPerSecond(quota, period))]),
    ...cpusProperty("AllowedCPUs", cpus, version),
    ...cpusProperty("AllowedMemoryNodes", mems, version),
  ];
}

/** Microseconds of each second, rounded up to a whole percent; what is exact is in the file. */
function quotaPerSecond(quota: number, period: number): number {
  if (quota < 0) return -1;
  const us = Math.floor(
    (quota * US_PER_SECOND) / (period || DEFAULT_PERIOD_US),
  );
  return Math.ceil(us / PERCENT_US) * PERCENT_US;
}

function cpusProperty(
  name: string,
  list: string,
  version: number,
): UnitProperty[] {
  if (list === "" || version < 244) return [];
  return [{ name, signature: "ay", value: cpuBits(list) }];
}

/** A list as bits, the least significant first, without zeros at the end. */
export function cpuBits(list: string): Buffer {
  const numbers = parseCpuList(list);
  const bits = Buffer.alloc(Math.floor((numbers.at(-1) ?? 0) / 8) + 1);
  for (const number of numbers) {
    const at = Math.floor(number / 8);
    bits[at] = (bits[at] ?? 0) | (1 << (number % 8));
  }
  return bits;
}

const UNIFIED_LIMITS: Readonly<Record<string, string>> = {
  "memory.high": "MemoryHigh",
  "memory.low": "MemoryLow",
  "memory.min": "MemoryMin",
  "memory.max": "MemoryMax",
  "memory.swap.max": "MemorySwapMax",
  "pids.max": "TasksMax",
};

function unifiedProperties(
  unified: Readonly<Record<string, string>>,
  version: number,
): UnitProperty[] {
  return Object.entries(unified).flatMap(([file, text]) => {
    const value = text.trim();
    const name = UNIFIED_LIMITS[file];
    if (name !== undefined) return limitProperty(name, value);
    if (file === "cpu.weight" && /^\d+$/.test(value))
      return [u64("CPUWeight", Number(value))];
    if (file === "cpu.max") return cpuMaxProperties(value, version);
    if (file === "cpuset.cpus")
      return cpusProperty("AllowedCPUs", value, version);
    if (file === "cpuset.mems")
      return cpusProperty("AllowedMemoryNodes", value, version);
    return [];
  });
}

/** None for a value with a unit (`1G`), or one that the kernel will refuse: it is the file that counts. */
function limitProperty(name: string, value: string): UnitProperty[] {
  if (value === "max") return [limit(name, -1)];
  return /^\d+$/.test(value) ? [limit(name, Number(value))] : [];
}

function cpuMaxProperties(value: string, version: number): UnitProperty[] {
  const groups = /^(?<quota>\d+|max)(?: +(?<period>\d+))?$/.exec(value)?.groups;
  if (groups === undefined) return [];
  const quota = groups["quota"] === "max" ? -1 : Number(groups["quota"]);
  return cpuProperties(
    { cpu: { quota, period: Number(groups["period"] ?? 0) } },
    version,
  );
}

function limit(name: string, value: number): UnitProperty {
  return { name, signature: "t", value: value < 0 ? INFINITY : BigInt(value) };
}

function u64(name: string, value: number): UnitProperty {
  return { name, signature: "t", value: BigInt(value) };
}

/** What a scope is begun with, besides its limits. */
export function scopeProperties(
  place: { readonly slice: string; readonly unit: string },
  pid: number,
): UnitProperty[] {
  const bool = (name: string): UnitProperty => ({
    name,
    signature: "b",
    value: true,
  });
  return [
    { name: "Description", signature: "s", value: `container ${place.unit}` },
    { name: "Slice", signature: "s", value: place.slice },
    // the tree below is ours
    bool("Delegate"),
    { name: "PIDs", signature: "au", value: [pid] },
    // whatever is off is not counted
    ...[
      "MemoryAccounting",
      "CPUAccounting",
      "IOAccounting",
      "TasksAccounting",
    ].map(bool),
    { name: "DefaultDependencies", signature: "b", value: false },
    // gone as soon as it is empty, also if its process failed
    { name: "CollectMode", signature: "s", value: "inactive-or-failed" },
  ];
}
