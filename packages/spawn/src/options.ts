import type { Readable, Writable } from "node:stream";
import type { Fd, Step } from "@ns/syscalls";

/** A range of ids: `size` ids from `containerId` inside are those from `hostId` outside. */
export interface IdMapping {
  readonly containerId: number;
  readonly hostId: number;
  readonly size: number;
}

/**
 * Namespaces to enter: by a path that refers to one (`/proc/42/ns/net`, a file it is bound to), by a
 * descriptor of this process, or several of a process at once. Kinds are `CLONE_NEW*`.
 */
export type JoinTarget =
  | { readonly path: string; readonly kind?: number }
  | { readonly fd: number; readonly kind?: number }
  | { readonly pid: number; readonly kinds: number }
  | { readonly pidfd: number; readonly kinds: number };

/** Whom the command runs as. */
export interface Credential {
  readonly uid: number;
  readonly gid: number;
  /** Supplementary groups. Default none; `null` leaves them as they are (a user namespace may forbid setgroups). */
  readonly groups?: readonly number[] | null;
}

/** A resource limit; see getrlimit(2). `-1` is infinity. */
export interface Rlimit {
  /** `RlimitResources.*` */
  readonly resource: number;
  readonly soft: number | bigint;
  readonly hard: number | bigint;
}

/** Capability sets, as numbers from `Capabilities`; together they are all: a set left out is empty. */
export interface CapabilitySets {
  readonly bounding?: readonly number[];
  readonly effective?: readonly number[];
  readonly permitted?: readonly number[];
  readonly inheritable?: readonly number[];
  readonly ambient?: readonly number[];
}

/** One of the child's descriptors, as in Node. `"pipe"` is the default for 0, 1 and 2. */
export type StdioEntry =
  | "inherit"
  | "ignore"
  | "pipe"
  | number
  | { readonly fd: number }
  | (Readable & { readonly fd: number })
  | (Writable & { readonly fd: number })
  | null
  | undefined;

/** All three at once, or each by its number; entries past the third are further descriptors. */
export type StdioOptions =
  "inherit" | "ignore" | "pipe" | readonly StdioEntry[];

/** A pseudoterminal for the command: its controlling terminal and its stdio. */
export interface PtyOptions {
  readonly cols: number;
  readonly rows: number;
  /** The multiplexer that makes it, as a path inside. Default `"/dev/ptmx"`. */
  readonly ptmx?: string;
  /**
   * A connected Unix socket of the caller's that gets the master instead of `child.pty`: whoever is at its other end
   * has the terminal then.
   */
  readonly socket?: number;
  /** A file inside that shows the terminal, too: `"/dev/console"`. It must exist, and be no symbolic link. */
  readonly console?: string | undefined;
}

/** A moment in the set-up at which the child waits for the caller. */
export interface Pause {
  /** How many steps of `setup` come before it. */
  readonly after: number;
  /** What is done meanwhile; if it rejects, the child is killed and `exited` rejects with the same. */
  run(pid: number): Promise<void>;
}

/** A seccomp filter: the bytes of its `struct sock_filter` array. */
export interface SeccompFilter {
  readonly filter: Uint8Array;
  /** `SECCOMP_FILTER_FLAG_*`. Default 0. */
  readonly flags?: number;
  /**
   * Takes a copy of the listener of a filter that notifies, and must close it; see seccomp_unotify(2). The child makes no
   * other call meanwhile; if it rejects, the child is killed and `exited` rejects with the same. With `hold` this comes before.
   * The child has written to a pipe by then, so that a filter which notifies of write(2) waits for good.
   */
  readonly listener?: (listener: number, pid: number) => Promise<void>;
}

/** Offsets of the clocks in a new time namespace, in seconds; see time_namespaces(7). */
export interface TimeOffsets {
  readonly monotonic?: number;
  readonly boottime?: number;
}

/** Options of `spawn`: Node's own for a child process, and those of Go's SysProcAttr. */
export interface SpawnOptions {
  /** Working directory, resolved inside. Default: this process's. */
  readonly cwd?: string | undefined;
  /** Environment. Default `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** `argv[0]`. Default: `file`. */
  readonly argv0?: string | undefined;
  /** Default `"pipe"`. */
  readonly stdio?: StdioOptions | undefined;
  /** Aborting it kills the child with `killSignal`; `exited` then rejects with an `AbortError`. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds after which the child is killed with `killSignal`. Default: none. */
  readonly timeout?: number | undefined;
  /** Default `"SIGTERM"`. */
  readonly killSignal?: NodeJS.Signals | undefined;
  /** In a session of its own (setsid), as Node's. Default false. */
  readonly detached?: boolean | undefined;

  /** Namespaces the child is created in: `CLONE_NEW*` joined by `|`. Default 0. */
  readonly cloneflags?: number | undefined;
  /** Namespaces the child moves to by unshare(2) once it runs; with `NEWNS`, `/` becomes private. Default 0. */
  readonly unshareflags?: number | undefined;
  /** For a new user namespace. Default: none, and every id is the overflow id. */
  readonly uidMappings?: readonly IdMapping[] | undefined;
  readonly gidMappings?: readonly IdMapping[] | undefined;
  /** Whether setgroups(2) stays allowed in the new user namespace. Default: where the writer is privileged. */
  readonly setgroups?: boolean | undefined;
  /**
   * Who writes the maps: the native stage itself, or newuidmap(1) and newgidmap(1) from Debian's
   * `uidmap`, which an unprivileged caller needs for more than its own id. Default: as needed.
   */
  readonly idMapper?: "direct" | "newuidmap" | undefined;
  /** Clock offsets, with `CLONE_NEWTIME`. */
  readonly timeOffsets?: TimeOffsets | undefined;
  /** Existing namespaces to enter, in order; name a user namespace first. */
  readonly join?: readonly JoinTarget[] | undefined;
  /** CPUs to start on; see sched_setaffinity(2). A cgroup that is entered may allow others, and so may `setup`. */
  readonly cpus?: readonly number[] | undefined;
  /** A cgroup to start in: its directory. v2 by CLONE_INTO_CGROUP, or by cgroup.procs before Linux 5.7; v1 by tasks. */
  readonly cgroup?: string | readonly string[] | undefined;

  /**
   * Leaves the command, once it runs, to whoever adopts it when this process ends: it is not waited for here, so that its
   * exit status is theirs, and `exited` does not resolve. Default false.
   */
  readonly orphan?: boolean | undefined;

  /** A new root directory: chroot(2) after `setup`. */
  readonly chroot?: string | undefined;
  readonly credential?: Credential | undefined;
  readonly capabilities?: CapabilitySets | undefined;
  /** Capabilities kept across execve without root: raised in the inheritable and ambient sets. */
  readonly ambientCaps?: readonly number[] | undefined;
  /** prctl(PR_SET_NO_NEW_PRIVS): execve grants nothing any more. Default false. */
  readonly noNewPrivileges?: boolean | undefined;
  readonly rlimits?: readonly Rlimit[] | undefined;
  readonly seccomp?: SeccompFilter | undefined;
  /** A session of its own. Default false; true with `pty`. */
  readonly setsid?: boolean | undefined;
  /** Makes a descriptor of the child (its number there) its controlling terminal; implies `setsid`. */
  readonly setctty?: number | undefined;
  /** A process group: 0 for its own. */
  readonly setpgid?: number | undefined;
  /**
   * Sent to the child when the thread that spawned it ends. The first process of a PID namespace hears only SIGKILL,
   * unless it has a handler.
   */
  readonly pdeathsig?: NodeJS.Signals | undefined;
  readonly umask?: number | undefined;
  /** Steps to run inside, after the namespaces are there and before anything is given up. */
  readonly setup?: readonly Step[] | undefined;
  /** Stops in the midst of `setup`, once or several times, until the caller has done something about the process. */
  readonly pause?: Pause | readonly Pause[] | undefined;
  /**
   * A descriptor of which the child, when all but execve is done, reads one byte: until there is one, it waits. It does
   * not hold any other descriptor meanwhile but those of the command, and `pdeathsig` is disarmed. `spawned` resolves
   * when it waits; that the command exists and may be executed has been checked then. What goes wrong after the byte
   * came nobody is told: the exit status is 127, or 126 for a program that is none.
   */
  readonly hold?: number | undefined;
  readonly pty?: PtyOptions | undefined;
  /** The variable whose directories `file` is looked up in, inside. Default: `PATH` of `env`. */
  readonly searchPath?: string | undefined;
}

export type { Fd };
