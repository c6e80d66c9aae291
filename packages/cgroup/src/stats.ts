import type { Counters } from "./keyed.ts";
import type { Pressure } from "./pressure.ts";

/** What a cgroup and those below it use. A part is left out where its controller is not on. */
export interface CgroupStats {
  readonly cpu?: CpuStats;
  readonly memory?: MemoryStats;
  readonly io?: IoStats;
  readonly pids?: PidsStats;
  /** By page size: `"2MB"`. */
  readonly hugetlb?: Readonly<Record<string, HugetlbStats>>;
  /** By device: `hca_handle`, `hca_object`. */
  readonly rdma?: Readonly<Record<string, Counters>>;
  /** How long processes waited for what; in the v2 tree only, if the kernel counts it. */
  readonly pressure?: PressureStats;
}

export interface CpuStats {
  readonly usageUs: number;
  readonly userUs: number;
  readonly systemUs: number;
  /** Periods in which there was something to run, with a quota. */
  readonly periods?: number;
  /** Those in which the quota was used up. */
  readonly throttledPeriods?: number;
  readonly throttledUs?: number;
}

export interface MemoryStats {
  readonly usageBytes: number;
  /** The most there has been. v2: since Linux 5.19. */
  readonly maxUsageBytes?: number;
  /** Left out: no limit. */
  readonly limitBytes?: number;
  /** Swap alone. */
  readonly swapUsageBytes?: number;
  /** Swap alone, on v1 too. Left out: no limit. */
  readonly swapLimitBytes?: number;
  /** How often the limit was reached. v1: Linux 6.18 no longer counts it. */
  readonly limitHits: number;
  /** Processes killed for want of memory. */
  readonly oomKills?: number;
  /** memory.stat, as the kernel names it on each version. */
  readonly stat: Counters;
}

export interface IoStats {
  readonly devices: readonly IoDeviceStats[];
}

export interface IoDeviceStats {
  readonly major: number;
  readonly minor: number;
  readonly readBytes: number;
  readonly writeBytes: number;
  readonly reads: number;
  readonly writes: number;
  readonly discardBytes: number;
  readonly discards: number;
}

export interface PidsStats {
  readonly current: number;
  /** Left out: no limit. */
  readonly limit?: number;
  /** How often the limit was reached. Linux 4.8. */
  readonly limitHits?: number;
}

export interface HugetlbStats {
  readonly usageBytes: number;
  /** v1 */
  readonly maxUsageBytes?: number;
  readonly limitHits: number;
}

export interface PressureStats {
  readonly cpu?: Pressure;
  readonly memory?: Pressure;
  readonly io?: Pressure;
}

/** An object without its undefined parts. */
export function present<T extends object>(parts: {
  readonly [K in keyof T]: T[K] | undefined;
}): T {
  return Object.fromEntries(
    Object.entries(parts).filter(([, value]) => value !== undefined),
  ) as T;
}

/** A limit, or undefined if there is none. */
export function limitOf(value: number | undefined): number | undefined {
  return value === Infinity ? undefined : value;
}
