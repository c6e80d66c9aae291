import type { Int64 } from "./int64.ts";
import type { Resources } from "./resources.ts";
import type { Seccomp } from "./seccomp.ts";

/** What of a container there is on Linux only. */
export interface Linux {
  /** Of those that are not listed the runtime's own is used. */
  readonly namespaces?: readonly Namespace[];
  readonly uidMappings?: readonly IdMapping[];
  readonly gidMappings?: readonly IdMapping[];
  /** By clock: `monotonic`, `boottime`. Specification 1.1. */
  readonly timeOffsets?: Readonly<Record<string, TimeOffset>>;
  /** Besides /dev/null and the others that every container has. */
  readonly devices?: readonly Device[];
  /** Network interfaces of the host, by name, that the container gets. Specification 1.3. */
  readonly netDevices?: Readonly<Record<string, NetDevice>>;
  /** Absolute, below the mount point of cgroups; or as the runtime takes it, `slice:prefix:name` for systemd. */
  readonly cgroupsPath?: string;
  readonly resources?: Resources;
  /** Kernel parameters of the container's namespaces; see sysctl(8). */
  readonly sysctl?: Readonly<Record<string, string>>;
  readonly seccomp?: Seccomp;
  /** Default private. */
  readonly rootfsPropagation?: RootfsPropagation;
  /** Absolute, in the container. */
  readonly maskedPaths?: readonly string[];
  /** Absolute, in the container. */
  readonly readonlyPaths?: readonly string[];
  /** An SELinux context. */
  readonly mountLabel?: string;
  readonly intelRdt?: IntelRdt;
  /** Specification 1.3. */
  readonly memoryPolicy?: MemoryPolicy;
  readonly personality?: Personality;
}

/** See namespaces(7). */
export const NAMESPACE_TYPES = [
  "pid",
  "network",
  "mount",
  "ipc",
  "uts",
  "user",
  "cgroup",
  "time",
] as const;

export type NamespaceType = (typeof NAMESPACE_TYPES)[number];

/** A namespace that is made, or joined if there is a path. */
export interface Namespace {
  readonly type: NamespaceType;
  /** Absolute, in the runtime's mount namespace. Empty is the same as none. */
  readonly path?: string;
}

/** Ids in the container that are those of the host; see user_namespaces(7). */
export interface IdMapping {
  readonly containerID: number;
  readonly hostID: number;
  readonly size: number;
}

/** See time_namespaces(7). */
export interface TimeOffset {
  /** Default 0. */
  readonly secs?: Int64;
  /** Default 0. */
  readonly nanosecs?: number;
}

/** See mknod(2). */
export const DEVICE_TYPES = ["c", "b", "u", "p"] as const;

export type DeviceType = (typeof DEVICE_TYPES)[number];

/** A device file. */
export interface Device {
  /** Character, block, unbuffered (the same as `c`), or a FIFO. */
  readonly type: DeviceType;
  /** Absolute, in the container. */
  readonly path: string;
  /** Required but for a FIFO. */
  readonly major?: Int64;
  readonly minor?: Int64;
  /** Permissions: 438 is 0666. Above them podman writes the type of the file, 020000; it is not for mknod(2) twice. */
  readonly fileMode?: number;
  readonly uid?: number;
  readonly gid?: number;
}

export interface NetDevice {
  /** In the container; default as on the host. `%d` is replaced by a number. */
  readonly name?: string;
}

/** See mount_namespaces(7); those with an r are what runc takes, too. */
export const ROOTFS_PROPAGATIONS = [
  "",
  "shared",
  "slave",
  "private",
  "unbindable",
  "rshared",
  "rslave",
  "rprivate",
  "runbindable",
] as const;

export type RootfsPropagation = (typeof ROOTFS_PROPAGATIONS)[number];

/** A class of service of resctrl. */
export interface IntelRdt {
  /** A directory of resctrl, or `/`; default the container's id. */
  readonly closID?: string;
  /** Lines for the file schemata. Specification 1.3. */
  readonly schemata?: readonly string[];
  readonly l3CacheSchema?: string;
  readonly memBwSchema?: string;
  /** Specification 1.3. */
  readonly enableMonitoring?: boolean;
}

/** See set_mempolicy(2). */
export const MEMORY_POLICY_MODES = [
  "MPOL_DEFAULT",
  "MPOL_BIND",
  "MPOL_INTERLEAVE",
  "MPOL_WEIGHTED_INTERLEAVE",
  "MPOL_PREFERRED",
  "MPOL_PREFERRED_MANY",
  "MPOL_LOCAL",
] as const;

export type MemoryPolicyMode = (typeof MEMORY_POLICY_MODES)[number];

export const MEMORY_POLICY_FLAGS = [
  "MPOL_F_NUMA_BALANCING",
  "MPOL_F_RELATIVE_NODES",
  "MPOL_F_STATIC_NODES",
] as const;

export type MemoryPolicyFlag = (typeof MEMORY_POLICY_FLAGS)[number];

/** See set_mempolicy(2). */
export interface MemoryPolicy {
  readonly mode: MemoryPolicyMode;
  /** Memory nodes as `0-3,7`. */
  readonly nodes?: string;
  readonly flags?: readonly MemoryPolicyFlag[];
}

/** See personality(2). */
export const PERSONALITY_DOMAINS = ["LINUX", "LINUX32"] as const;

export type PersonalityDomain = (typeof PERSONALITY_DOMAINS)[number];

export interface Personality {
  readonly domain: PersonalityDomain;
  /** None is defined yet. */
  readonly flags?: readonly string[];
}
