import {
  type Filesystem,
  type Parameter,
  withParameters,
} from "./filesystem.ts";
import { id, octalMode } from "./tmpfs.ts";

/** Options of {@link proc}; see proc(5). */
export interface ProcOptions {
  /** What of other users' processes is hidden: nothing, their contents, they themselves, all we may not trace. Default: as the superblock has it. */
  readonly hidepid?: "off" | "noaccess" | "invisible" | "ptraceable";
  /** A group that `hidepid` is not for. */
  readonly gid?: number;
  /** Only what is about processes: /proc/self and /proc/PID. Linux 5.8. */
  readonly subset?: "pid";
}

/**
 * The processes of the PID namespace we are in; see proc(5). In a user namespace it is granted only while a procfs
 * that nothing covers is in sight: `EPERM` otherwise.
 */
export function proc({ hidepid, gid, subset }: ProcOptions = {}): Filesystem {
  const parameters: Parameter[] = [];
  if (hidepid !== undefined) parameters.push(["hidepid", hidepid]);
  if (gid !== undefined) parameters.push(["gid", id("gid", gid)]);
  if (subset !== undefined) parameters.push(["subset", subset]);
  return withParameters("proc", "proc", parameters);
}

/** Devices and the network devices of the network namespace we are in; see sysfs(5). `EPERM` unless we own that. */
export function sysfs(): Filesystem {
  return withParameters("sysfs", "sysfs", []);
}

/** Options of {@link devpts}. */
export interface DevptsOptions {
  /** Group of terminals. Default: that of who opens one. Must be mapped in a user namespace. */
  readonly gid?: number;
  /** Owner of terminals. Default: who opens one. */
  readonly uid?: number;
  /** Permissions of terminals. Default 0o600; with a `tty` group 0o620 is usual. */
  readonly mode?: number;
  /** Permissions of its `ptmx`. Default 0: nobody can use it, bind /dev/ptmx to it and set 0o666. */
  readonly ptmxMode?: number;
  /** How many terminals. Default: as many as the kernel has left. */
  readonly max?: number;
}

/** Terminals of one's own, numbered from 0; see pts(4), and Documentation/filesystems/devpts.rst. */
export function devpts(options: DevptsOptions = {}): Filesystem {
  const { gid, uid, mode, ptmxMode, max } = options;
  // the default since Linux 4.7; before, without it, the terminals would be the host's
  const parameters: Parameter[] = [["newinstance"]];
  if (ptmxMode !== undefined)
    parameters.push(["ptmxmode", octalMode("ptmxMode", ptmxMode)]);
  if (mode !== undefined) parameters.push(["mode", octalMode("mode", mode)]);
  if (gid !== undefined) parameters.push(["gid", id("gid", gid)]);
  if (uid !== undefined) parameters.push(["uid", id("uid", uid)]);
  if (max !== undefined) parameters.push(["max", id("max", max)]);
  return withParameters("devpts", "devpts", parameters);
}

/** The POSIX message queues of the IPC namespace we are in; see mq_overview(7). */
export function mqueue(): Filesystem {
  return withParameters("mqueue", "mqueue", []);
}

/** Options of {@link cgroup2}. The initial cgroup namespace decides for all mounts. */
export interface Cgroup2Options {
  /** Cgroup namespaces are boundaries of delegation. */
  readonly nsdelegate?: boolean;
  /** `memory.low` and `memory.min` protect the whole subtree. Linux 5.7. */
  readonly memoryRecursiveprot?: boolean;
}

/** The cgroup hierarchy, from the cgroup that is the root of our cgroup namespace; see cgroups(7). */
export function cgroup2(options: Cgroup2Options = {}): Filesystem {
  const parameters: Parameter[] = [];
  if (options.nsdelegate === true) parameters.push(["nsdelegate"]);
  if (options.memoryRecursiveprot === true)
    parameters.push(["memory_recursiveprot"]);
  return withParameters("cgroup2", "cgroup2", parameters);
}

/** Which hierarchy of version 1 {@link cgroup} shows. */
export interface CgroupOptions {
  /** Its controllers: `["cpu", "cpuacct"]`. Default none: a named hierarchy. */
  readonly controllers?: readonly string[];
  /** Its name, where it has one: `"systemd"`. */
  readonly name?: string;
}

/**
 * A cgroup hierarchy of version 1; see cgroups(7).
 * @throws {TypeError} without controllers and name.
 */
export function cgroup({ controllers = [], name }: CgroupOptions): Filesystem {
  if (controllers.length === 0 && name === undefined)
    throw new TypeError("invalid cgroup: expected controllers or a name");
  const parameters: Parameter[] = controllers.map((each) => [each] as const);
  if (controllers.length === 0) parameters.push(["none"]);
  if (name !== undefined) parameters.push(["name", name]);
  return withParameters("cgroup", "cgroup", parameters);
}
