/**
 * Limits of a cgroup, in the form of `linux.resources` in a config.json of the OCI runtime-spec 1.3. What is left out
 * stays as it is. -1 is no limit. A 0 means "not given" for the memory values, `shares`, `quota`, `period` and the
 * weights, where the kernel knows no 0 or nobody can mean it; it is itself everywhere else.
 */
export interface Resources {
  /** Which devices may be opened or made, on top of {@link DEFAULT_DEVICES}. `[]` allows no others; left out, no filter is set. */
  readonly devices?: readonly DeviceRule[] | undefined;
  readonly memory?: MemoryResources | undefined;
  readonly cpu?: CpuResources | undefined;
  readonly pids?: PidsResources | undefined;
  readonly blockIO?: BlockIoResources | undefined;
  readonly hugepageLimits?: readonly HugepageLimit[] | undefined;
  readonly network?: NetworkResources | undefined;
  /** Limits by the name of the RDMA device. */
  readonly rdma?: Readonly<Record<string, RdmaLimit>> | undefined;
  /** v2: values by the name of the file they are written to, as they are. */
  readonly unified?: Readonly<Record<string, string>> | undefined;
}

/** One rule about devices; of those that match, the last decides. */
export interface DeviceRule {
  readonly allow: boolean;
  /** All, block or character devices. Default: `"a"`. */
  readonly type?: "a" | "b" | "c" | undefined;
  /** Left out, or -1: every one. */
  readonly major?: number | undefined;
  readonly minor?: number | undefined;
  /** Out of `r` (open to read), `w` (to write), `m` (mknod). Default: `"rwm"`. */
  readonly access?: string | undefined;
}

export interface MemoryResources {
  /** Bytes. */
  readonly limit?: number | undefined;
  /** Bytes that are spared when memory is short: v1 soft_limit_in_bytes, v2 memory.low. */
  readonly reservation?: number | undefined;
  /** Bytes of memory and swap together. On v2 the part that is swap is what counts: see {@link swapMax}. */
  readonly swap?: number | undefined;
  /** v1, bytes; the kernel took it out again in 6.0. */
  readonly kernel?: number | undefined;
  /** v1, bytes of TCP buffers. */
  readonly kernelTCP?: number | undefined;
  /** v1, 0 to 100: how readily anonymous memory is swapped out. */
  readonly swappiness?: number | undefined;
  /** v1: processes wait for memory instead of being killed. */
  readonly disableOOMKiller?: boolean | undefined;
  /** Always so on v2, and on v1 since Linux 5.11. */
  readonly useHierarchy?: boolean | undefined;
  /** Refuse a limit below what is used now, rather than have it reclaimed or processes killed. */
  readonly checkBeforeUpdate?: boolean | undefined;
}

export interface CpuResources {
  /** Share of the CPU against siblings, 2 to 262144; 1024 is the kernel's default. */
  readonly shares?: number | undefined;
  /** Microseconds of CPU time in each period. */
  readonly quota?: number | undefined;
  /** Microseconds that may be saved up from earlier periods. Linux 5.14. */
  readonly burst?: number | undefined;
  /** Microseconds, 1000 to 1000000; the kernel's default is 100000. */
  readonly period?: number | undefined;
  /** v1, microseconds of a real-time period. */
  readonly realtimeRuntime?: number | undefined;
  /** v1, microseconds. */
  readonly realtimePeriod?: number | undefined;
  /** `"0-3,7"`. */
  readonly cpus?: string | undefined;
  /** Memory nodes: `"0"`. */
  readonly mems?: string | undefined;
  /** 1: only run what nobody else wants to. Linux 5.15. */
  readonly idle?: number | undefined;
}

export interface PidsResources {
  /** Processes and threads. */
  readonly limit?: number | undefined;
}

export interface BlockIoResources {
  /** 10 to 1000; on v2 converted by {@link ioWeight}. */
  readonly weight?: number | undefined;
  /** v1 with CFQ (until Linux 5.0): the weight against its own children. */
  readonly leafWeight?: number | undefined;
  readonly weightDevice?: readonly WeightDevice[] | undefined;
  /** Bytes a second. */
  readonly throttleReadBpsDevice?: readonly ThrottleDevice[] | undefined;
  /** Bytes a second. */
  readonly throttleWriteBpsDevice?: readonly ThrottleDevice[] | undefined;
  /** Operations a second. */
  readonly throttleReadIOPSDevice?: readonly ThrottleDevice[] | undefined;
  /** Operations a second. */
  readonly throttleWriteIOPSDevice?: readonly ThrottleDevice[] | undefined;
}

export interface WeightDevice {
  readonly major: number;
  readonly minor: number;
  readonly weight?: number | undefined;
  readonly leafWeight?: number | undefined;
}

export interface ThrottleDevice {
  readonly major: number;
  readonly minor: number;
  /** 0: no limit. */
  readonly rate: number;
}

export interface HugepageLimit {
  /** As in the file's name: `"2MB"`, `"1GB"`. */
  readonly pageSize: string;
  /** Bytes. */
  readonly limit: number;
}

export interface NetworkResources {
  /** v1: marks packets for tc(8) and netfilter. */
  readonly classID?: number | undefined;
  /** v1: priority by interface. */
  readonly priorities?: readonly InterfacePriority[] | undefined;
}

export interface InterfacePriority {
  readonly name: string;
  readonly priority: number;
}

export interface RdmaLimit {
  readonly hcaHandles?: number | undefined;
  readonly hcaObjects?: number | undefined;
}
