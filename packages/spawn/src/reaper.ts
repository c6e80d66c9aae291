import {
  gettid,
  invoke,
  parseRusage,
  parseSiginfo,
  type Rusage,
  RUSAGE_SIZE,
  SIGINFO_SIZE,
  SyscallError,
  waitid,
  WaitIdTypes,
  WaitOptions,
} from "@ns/syscalls";

/** How a process ended. */
export interface Exit {
  /** Its exit status, or null if a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /**
   * What it and the children it waited for used; see getrusage(2). Without new namespaces `maxRssKib` is at least this
   * process's own: the kernel keeps it across posix_spawn(3).
   */
  readonly rusage: Rusage;
}

const waiting = new Map<number, (exit: Exit) => void>();

/**
 * Waits for a child that libuv does not know, and for no other: each SIGCHLD asks after the pids
 * registered here (waitid(2) with WNOHANG), so that child_process keeps the exit codes of its own.
 * There is no thread and no descriptor. Signals reach only the main thread.
 */
export function onExit(pid: number, listener: (exit: Exit) => void): void {
  if (waiting.size === 0) process.on("SIGCHLD", reapAll);
  waiting.set(pid, listener);
  // It may have ended before we knew its pid.
  setImmediate(reapOne, pid);
}

let isMainThread: boolean | undefined;

/** Whether this thread hears of its children. */
export function canReap(): boolean {
  // A thread group's leader has the process's id. Asking node:worker_threads takes 3 ms to load it.
  isMainThread ??= invoke(gettid()) === process.pid;
  return isMainThread;
}

function reapAll(): void {
  for (const pid of waiting.keys()) reapOne(pid);
}

function reapOne(pid: number): void {
  const listener = waiting.get(pid);
  if (listener === undefined) return;
  const exit = tryWait(pid);
  if (exit === undefined) return;
  waiting.delete(pid);
  if (waiting.size === 0) process.off("SIGCHLD", reapAll);
  listener(exit);
}

/** The exit of `pid`, or undefined while it runs. */
function tryWait(pid: number): Exit | undefined {
  const info = new Uint8Array(SIGINFO_SIZE);
  const rusage = new Uint8Array(RUSAGE_SIZE);
  try {
    invoke(
      waitid(
        WaitIdTypes.PID,
        pid,
        info,
        WaitOptions.EXITED | WaitOptions.NOHANG,
        rusage,
      ),
    );
  } catch (error) {
    // Someone else waited for it (wait(-1) in native code): it is gone, and how is not known.
    if (error instanceof SyscallError && error.code === "ECHILD") {
      return exitOf(null, null, rusage);
    }
    throw error;
  }
  // si_signo is SIGCHLD, or 0 while it runs
  if (info[0] === 0) return undefined;
  const ended = parseSiginfo(info);
  return exitOf(ended.exitCode, ended.signal, rusage);
}

/** What it used is read when it is asked for. */
function exitOf(
  code: Exit["code"],
  signal: Exit["signal"],
  rusage: Uint8Array,
): Exit {
  return {
    code,
    signal,
    get rusage() {
      return parseRusage(rusage);
    },
  };
}
