import type { Uint64 } from "./int64.ts";

/** The process of a container, or one that is executed in it later. */
export interface Process {
  /** Whether it gets a pseudoterminal; default false. */
  readonly terminal?: boolean;
  /** In characters; ignored without a terminal. */
  readonly consoleSize?: ConsoleSize;
  /** Default 0:0. */
  readonly user?: User;
  /** At least the program; looked for in PATH if it has no slash. */
  readonly args?: readonly string[];
  /** For Windows. */
  readonly commandLine?: string;
  /** `NAME=value`. */
  readonly env?: readonly string[];
  /** Absolute, in the container. */
  readonly cwd: string;
  /** Default none. */
  readonly capabilities?: CapabilitySets;
  readonly rlimits?: readonly Rlimit[];
  /** See PR_SET_NO_NEW_PRIVS(2const). */
  readonly noNewPrivileges?: boolean;
  readonly apparmorProfile?: string;
  readonly selinuxLabel?: string;
  /** -1000 to 1000; see proc_pid_oom_score_adj(5). Left as it is by default. */
  readonly oomScoreAdj?: number;
  readonly scheduler?: Scheduler;
  readonly ioPriority?: IoPriority;
  /** For processes that are executed later. Specification 1.2.1. */
  readonly execCPUAffinity?: ExecCpuAffinity;
}

export interface ConsoleSize {
  readonly height: number;
  readonly width: number;
}

/** Ids as they are in the container. */
export interface User {
  /** 0 to 4294967294. */
  readonly uid: number;
  /** 0 to 4294967294. */
  readonly gid: number;
  /** Default the runtime's own. */
  readonly umask?: number;
  readonly additionalGids?: readonly number[];
  /** For Windows. */
  readonly username?: string;
}

/** Names as `CAP_CHOWN`; see capabilities(7). What is not named is not in the set. */
export interface CapabilitySets {
  readonly bounding?: readonly string[];
  readonly effective?: readonly string[];
  readonly inheritable?: readonly string[];
  readonly permitted?: readonly string[];
  readonly ambient?: readonly string[];
}

/** See getrlimit(2). */
export const RLIMIT_TYPES = [
  "RLIMIT_AS",
  "RLIMIT_CORE",
  "RLIMIT_CPU",
  "RLIMIT_DATA",
  "RLIMIT_FSIZE",
  "RLIMIT_LOCKS",
  "RLIMIT_MEMLOCK",
  "RLIMIT_MSGQUEUE",
  "RLIMIT_NICE",
  "RLIMIT_NOFILE",
  "RLIMIT_NPROC",
  "RLIMIT_RSS",
  "RLIMIT_RTPRIO",
  "RLIMIT_RTTIME",
  "RLIMIT_SIGPENDING",
  "RLIMIT_STACK",
] as const;

export type RlimitType = (typeof RLIMIT_TYPES)[number];

/** Unlimited is 18446744073709551615. */
export interface Rlimit {
  readonly type: RlimitType;
  readonly soft: Uint64;
  readonly hard: Uint64;
}

/** See sched(7). */
export const SCHEDULER_POLICIES = [
  "SCHED_OTHER",
  "SCHED_FIFO",
  "SCHED_RR",
  "SCHED_BATCH",
  "SCHED_ISO",
  "SCHED_IDLE",
  "SCHED_DEADLINE",
] as const;

export type SchedulerPolicy = (typeof SCHEDULER_POLICIES)[number];

/** See sched_setattr(2). */
export const SCHEDULER_FLAGS = [
  "SCHED_FLAG_RESET_ON_FORK",
  "SCHED_FLAG_RECLAIM",
  "SCHED_FLAG_DL_OVERRUN",
  "SCHED_FLAG_KEEP_POLICY",
  "SCHED_FLAG_KEEP_PARAMS",
  "SCHED_FLAG_UTIL_CLAMP_MIN",
  "SCHED_FLAG_UTIL_CLAMP_MAX",
] as const;

export type SchedulerFlag = (typeof SCHEDULER_FLAGS)[number];

/** See sched_setattr(2). Specification 1.1. */
export interface Scheduler {
  readonly policy: SchedulerPolicy;
  /** -20 to 19; default 0. */
  readonly nice?: number;
  /** 1 to 99, for SCHED_FIFO and SCHED_RR; default 0. */
  readonly priority?: number;
  readonly flags?: readonly SchedulerFlag[];
  /** Nanoseconds, for SCHED_DEADLINE; default 0, as the two below. */
  readonly runtime?: Uint64;
  readonly deadline?: Uint64;
  readonly period?: Uint64;
}

/** See ioprio_set(2). */
export const IO_PRIORITY_CLASSES = [
  "IOPRIO_CLASS_RT",
  "IOPRIO_CLASS_BE",
  "IOPRIO_CLASS_IDLE",
] as const;

export type IoPriorityClass = (typeof IO_PRIORITY_CLASSES)[number];

/** See ioprio_set(2). Specification 1.1. */
export interface IoPriority {
  readonly class: IoPriorityClass;
  /** 0, the highest, to 7; default 0. */
  readonly priority?: number;
}

/** CPUs as `0-3,7`. */
export interface ExecCpuAffinity {
  /** Until the process is in the container's cgroup. */
  readonly initial?: string;
  /** From then on; default as the kernel has it. */
  readonly final?: string;
}
