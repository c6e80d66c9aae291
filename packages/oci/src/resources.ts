import type { Int64, Uint64 } from "./int64.ts";

/** What a container may use; see cgroups(7). Also what `update` takes. */
export interface Resources {
  /** In this order; what none of them allows is denied. */
  readonly devices?: readonly DeviceRule[];
  readonly memory?: MemoryResources;
  readonly cpu?: CpuResources;
  readonly pids?: PidsResources;
  readonly blockIO?: BlockIoResources;
  readonly hugepageLimits?: readonly HugepageLimit[];
  readonly network?: NetworkResources;
  /** By device. */
  readonly rdma?: Readonly<Record<string, RdmaResources>>;
  /** Files of the container's group in cgroup v2, and what to write to them. */
  readonly unified?: Readonly<Record<string, string>>;
}

/** Devices that may, or may not, be used. */
export interface DeviceRule {
  readonly allow: boolean;
  /** `a` for all, `c` or `b`; default `a`. */
  readonly type?: string;
  /** Default all; -1 says the same. */
  readonly major?: Int64;
  readonly minor?: Int64;
  /** Of `r`, `w` and `m`, mknod. */
  readonly access?: string;
}

/** Bytes; -1 is unlimited. */
export interface MemoryResources {
  readonly limit?: Int64;
  /** A soft limit. */
  readonly reservation?: Int64;
  /** Memory and swap together. */
  readonly swap?: Int64;
  /** Not recommended: gone since Linux 5.4. */
  readonly kernel?: Int64;
  /** Not recommended. */
  readonly kernelTCP?: Int64;
  /** 0 to 100. */
  readonly swappiness?: Uint64;
  /** Default false. */
  readonly disableOOMKiller?: boolean;
  readonly useHierarchy?: boolean;
  /** Refuse a limit that is lower than what is used already. Specification 1.1. */
  readonly checkBeforeUpdate?: boolean;
}

/** Times in microseconds. */
export interface CpuResources {
  /** Relative to others; 1024 is usual. */
  readonly shares?: Uint64;
  /** In each period; not positive is unlimited. */
  readonly quota?: Int64;
  /** What may be saved up; not more than the quota. */
  readonly burst?: Uint64;
  readonly period?: Uint64;
  readonly realtimeRuntime?: Int64;
  readonly realtimePeriod?: Uint64;
  /** CPUs as `0-3,7`. */
  readonly cpus?: string;
  /** Memory nodes as `0-3,7`. */
  readonly mems?: string;
  /** 1 for SCHED_IDLE; default 0. */
  readonly idle?: Int64;
}

export interface PidsResources {
  /** How many tasks; -1 is unlimited. */
  readonly limit?: Int64;
}

export interface BlockIoResources {
  readonly weight?: number;
  readonly leafWeight?: number;
  readonly weightDevice?: readonly WeightDevice[];
  /** Bytes per second. */
  readonly throttleReadBpsDevice?: readonly ThrottleDevice[];
  readonly throttleWriteBpsDevice?: readonly ThrottleDevice[];
  /** Operations per second. */
  readonly throttleReadIOPSDevice?: readonly ThrottleDevice[];
  readonly throttleWriteIOPSDevice?: readonly ThrottleDevice[];
}

/** With a weight, or a leaf weight, or both. */
export interface WeightDevice {
  readonly major: Int64;
  readonly minor: Int64;
  readonly weight?: number;
  readonly leafWeight?: number;
}

export interface ThrottleDevice {
  readonly major: Int64;
  readonly minor: Int64;
  readonly rate: Uint64;
}

export interface HugepageLimit {
  /** `64KB`, `2MB`, `1GB`. */
  readonly pageSize: string;
  /** Bytes. */
  readonly limit: Uint64;
}

export interface NetworkResources {
  readonly classID?: number;
  readonly priorities?: readonly InterfacePriority[];
}

export interface InterfacePriority {
  /** An interface in the runtime's network namespace. */
  readonly name: string;
  readonly priority: number;
}

/** At least one of them. */
export interface RdmaResources {
  readonly hcaHandles?: number;
  readonly hcaObjects?: number;
}
