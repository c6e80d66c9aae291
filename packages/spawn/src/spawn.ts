import {
  fcntl,
  FcntlCommands,
  type Inherited,
  invoke,
  MfdFlags,
  OpenFlags,
  pipe2,
  SyscallError,
} from "@ns/syscalls";
import { buildProgram } from "./build.ts";
import { checkOptions } from "./check.ts";
import { Child } from "./child.ts";
import { AbortError, SpawnError } from "./error.ts";
import { launch, launchOnPool, notOpenError, type PassedFd } from "./launch.ts";
import { memfdOf } from "./memfd.ts";
import { nsinitPath } from "./nsinit.ts";
import type { SpawnOptions } from "./options.ts";
import { needsClone } from "./outside.ts";
import type { Program } from "./program.ts";
import { openPtySocket, receivePty } from "./pty-socket.ts";
import { canReap, onExit } from "./reaper.ts";
import {
  doneFd,
  makeRequest,
  openSelf,
  type Request,
  statusFd,
} from "./request.ts";
import { onStatusEnd, readStatusNow, type Report } from "./status.ts";
import {
  closeAll,
  openStreams,
  type PreparedFd,
  prepareStdio,
} from "./stdio.ts";

/**
 * Starts `file` with `args` in a child process, in new or joined namespaces, after the steps of `setup`
 * have run there. Returns at once; the handle tells the rest.
 *
 * The event loop does not pay for the size of the heap, and with new namespaces not for the process either: a thread
 * of libuv's pool makes it, in the directory and with the ids and umask that this process has a moment later. Linux 5.9.
 * @throws {TypeError | RangeError} for options that cannot be; nothing has happened then.
 * @throws {SpawnError} `ERR_SPAWN_WORKER` outside the main thread; `ERR_SPAWN_NOT_BUILT`.
 */
export function spawn(
  file: string,
  args: readonly string[] = [],
  options: SpawnOptions = {},
): Child {
  if (!canReap()) {
    throw new SpawnError(
      "ERR_SPAWN_WORKER",
      "cannot spawn from a worker thread: SIGCHLD reaches the main thread only",
      {
        hint: "spawn from the main thread, and give the worker what it needs with postMessage",
      },
    );
  }
  checkOptions(file, args, options);
  const opened = new Opened();
  try {
    return start(file, args, options, opened);
  } catch (error) {
    opened.close();
    // As in Node: what the caller could not know before is told by the handle.
    if (!isSystemError(error)) throw error;
    const child = new Child(file, [options.argv0 ?? file, ...args]);
    process.nextTick(() => {
      child.fails(error);
    });
    return child;
  }
}

/** Whether the system is short of something: descriptors, processes, memory. */
function isSystemError(error: unknown): error is Error {
  return error instanceof Error && "errno" in error && "syscall" in error;
}

/** Descriptors made for a launch: the child's, closed here once it has its copies, and ours. */
class Opened {
  readonly childs: number[] = [];
  readonly ours: number[] = [];

  /** Closes all of them: the launch did not happen. */
  close(): void {
    closeAll([...this.childs, ...this.ours]);
  }
}

function start(
  file: string,
  args: readonly string[],
  options: SpawnOptions,
  opened: Opened,
): Child {
  const prepared = prepareStdio(options.stdio, opened);
  const self = openSelf(file, opened);
  const pty = options.pty === undefined ? undefined : openPtySocket(opened);
  const request = makeRequest({
    file,
    args,
    options,
    stdioCount: prepared.length,
    self,
    ptySocket: pty?.theirs,
  });
  const program = buildProgram(request);
  const status = openStatusPipe(opened);
  const { image, passed } = place(program, request, prepared, status.write);
  const programFd = memfdOf("program", image, MfdFlags.NOEXEC_SEAL);
  opened.childs.push(programFd);
  const programNumber = passed.length;

  const stage = {
    path: nsinitPath(),
    argv: ["nsinit", String(programNumber)],
    fds: [...passed, { source: programFd, number: programNumber }],
  };
  const child = new Child(file, request.argv);
  const conclude = (report: Report): void => {
    finish(child, program, report, pty?.ours);
  };
  if (needsClone(request)) {
    const fds = holdCallers(stage.fds, opened);
    child.attach(openStreams(prepared));
    void launchOnPool({ ...stage, fds }).then(
      (pid) => {
        closeAll(opened.childs);
        onExit(pid, () => {
          conclude(readStatusNow(status.read));
        });
      },
      (error: unknown) => {
        const socket = pty === undefined ? [] : [pty.ours];
        closeAll([...opened.childs, status.read, ...socket]);
        child.fails(error as Error);
      },
    );
  } else {
    const pid = launch(stage);
    closeAll(opened.childs);
    child.attach(openStreams(prepared));
    child.exists(pid);
    onStatusEnd(status.read, conclude);
  }
  watchInterest(child, options);
  return child;
}

/** The native stage has become the command, or has failed to. */
function finish(
  child: Child,
  program: Program,
  { pid, failed, ended }: Report,
  ptySocket?: number,
): void {
  const pty = ptySocket === undefined ? undefined : receivePty(ptySocket);
  if (pid !== undefined) child.exists(pid);
  if (failed === undefined && ended && child.pid !== undefined) {
    child.runs(pty);
    return;
  }
  pty?.destroy();
  if (failed !== undefined) {
    child.fails(program.error(failed.step, failed.errno));
  } else {
    child.kill("SIGKILL");
    child.fails(
      new SpawnError(
        "ERR_SPAWN_STAGE",
        "the native stage was killed before the command ran",
      ),
    );
  }
}

/** Gives every descriptor its number in the new process, and the program the numbers. */
function place(
  program: Program,
  request: Request,
  prepared: readonly PreparedFd[],
  statusWrite: number,
): { image: Buffer; passed: PassedFd[] } {
  const passed: PassedFd[] = prepared.map(({ source }, number) => ({
    source,
    number,
  }));
  passed.push({ source: statusWrite, number: statusFd(request) });
  const numbers = new Map<number, number>();
  const numberOf = ({ fd }: Inherited): number => {
    const known = numbers.get(fd);
    if (known !== undefined) return known;
    const number = passed.length;
    passed.push({ source: fd, number });
    numbers.set(fd, number);
    return number;
  };
  // Right after the status descriptor: these two outlive the others, until execve.
  if (request.self !== undefined) numberOf(request.self);
  // Holds the number that the first stage gives to the end of a pipe of its own.
  passed.push({ source: statusWrite, number: doneFd(request) });
  const image = program.encode({
    statusFd: statusFd(request),
    inheritedFd: numberOf,
  });
  return { image, passed };
}

/** Copies of the caller's descriptors, which it may close as soon as `spawn` has returned. */
function holdCallers(fds: readonly PassedFd[], opened: Opened): PassedFd[] {
  const held = new Map(opened.childs.map((fd) => [fd, fd]));
  return fds.map(({ source, number }) => {
    let copy = held.get(source);
    if (copy === undefined) {
      copy = copyFd(source, number);
      held.set(source, copy);
      opened.childs.push(copy);
    }
    return { source: copy, number };
  });
}

function copyFd(fd: number, number: number): number {
  try {
    return invoke(fcntl(fd, FcntlCommands.DUPFD_CLOEXEC, 0));
  } catch (error) {
    if (error instanceof SyscallError && error.code === "EBADF")
      throw notOpenError({ source: fd, number });
    throw error;
  }
}

function openStatusPipe(opened: Opened): { read: number; write: number } {
  const ends = new Int32Array(2);
  invoke(pipe2(ends, OpenFlags.CLOEXEC | OpenFlags.NONBLOCK));
  const [read = -1, write = -1] = ends;
  opened.ours.push(read);
  opened.childs.push(write);
  return { read, write };
}

/** Kills the child when the caller's signal aborts or its time is up. */
function watchInterest(
  child: Child,
  { signal, timeout, killSignal = "SIGTERM" }: SpawnOptions,
): void {
  if (timeout !== undefined && timeout > 0) {
    const timer = setTimeout(() => child.kill(killSignal), timeout);
    child.onSettled(() => {
      clearTimeout(timer);
    });
  }
  if (signal === undefined) return;
  const abort = (): void => {
    child.aborts(new AbortError({ cause: signal.reason }), killSignal);
  };
  if (signal.aborted) {
    process.nextTick(abort);
    return;
  }
  signal.addEventListener("abort", abort, { once: true });
  child.onSettled(() => {
    signal.removeEventListener("abort", abort);
  });
}
