import {
  type Inherited,
  invoke,
  MfdFlags,
  OpenFlags,
  pipe2,
} from "@ns/syscalls";
import { buildProgram } from "./build.ts";
import { checkOptions } from "./check.ts";
import { Child } from "./child.ts";
import { SpawnError } from "./error.ts";
import { holdCallers } from "./held-fds.ts";
import { watchInterest } from "./interest.ts";
import { launch, launchOnPool, type PassedFd } from "./launch.ts";
import { memfdOf } from "./memfd.ts";
import { nsinitFd } from "./nsinit.ts";
import type { SpawnOptions } from "./options.ts";
import { needsClone } from "./outside.ts";
import type { Program } from "./program.ts";
import { openPtySocket, receivePty } from "./pty-socket.ts";
import { canReap, onExit } from "./reaper.ts";
import {
  doneFd,
  holdFd,
  makeRequest,
  openSelf,
  type Request,
  statusFd,
} from "./request.ts";
import { servePauses } from "./pause-acts.ts";
import { hasPause, openPause } from "./pause.ts";
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
  const pty =
    options.pty === undefined || options.pty.socket !== undefined
      ? undefined
      : openPtySocket(opened);
  const pause = hasPause(options) ? openPause(opened) : undefined;
  const request = makeRequest({
    file,
    args,
    options,
    stdioCount: prepared.length,
    self,
    ptySocket: pty?.theirs,
    pauseAt: pause?.theirs,
  });
  const program = buildProgram(request);
  const status = openStatusPipe(opened, needsClone(request));
  const { image, passed } = place(program, request, prepared, status.write);
  const programFd = memfdOf("program", image, MfdFlags.NOEXEC_SEAL);
  opened.childs.push(programFd);
  const programNumber = passed.length;

  const stage = {
    program: nsinitFd(),
    argv: ["nsinit", String(programNumber)],
    fds: [...passed, { source: programFd, number: programNumber }],
  };
  const child = new Child(file, request.argv);
  let interrupted: Error | undefined;
  const conclude = (report: Report): void => {
    finish(child, program, report, {
      pty: pty?.ours,
      interrupted,
      orphan: options.orphan === true,
    });
  };
  if (needsClone(request)) {
    const fds = holdCallers(stage.fds, opened);
    child.attach(openStreams(prepared));
    void launchOnPool({ ...stage, fds }).then(
      (pid) => {
        closeAll(opened.childs);
        const paused = servePauses(pause, options, status.read);
        onExit(pid, ({ code }) => {
          const report = { ...paused.report, ...readStatusNow(status.read) };
          interrupted = paused.failure;
          // It says 0 once the second stage has closed its descriptors. This end of the pipe may be told later: a process that
          // another thread is making has a copy of the other end until it executes its program.
          const ended = report.ended || code === 0;
          const isHeld = options.hold === undefined || report.waits === true;
          conclude({ ...report, ended: ended && isHeld });
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
  {
    pty: ptySocket,
    interrupted,
    orphan,
  }: {
    readonly pty: number | undefined;
    readonly interrupted: Error | undefined;
    readonly orphan: boolean;
  },
): void {
  const pty = ptySocket === undefined ? undefined : receivePty(ptySocket);
  const isReady = ended && failed === undefined && interrupted === undefined;
  if (pid !== undefined) child.exists(pid, !(orphan && isReady));
  if (isReady && child.pid !== undefined) {
    child.runs(pty);
    return;
  }
  pty?.destroy();
  if (interrupted !== undefined) {
    child.kill("SIGKILL");
    child.fails(interrupted);
  } else if (failed !== undefined) {
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
): { image: Uint8Array; passed: PassedFd[] } {
  const passed: PassedFd[] = prepared.map(({ source }, number) => ({
    source,
    number,
  }));
  const { hold } = request.options;
  if (hold !== undefined)
    passed.push({ source: hold, number: holdFd(request) });
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
  if (request.pauseAt !== undefined) {
    numberOf(request.pauseAt.reached);
    numberOf(request.pauseAt.goOn);
  }
  const image = program.encode({
    statusFd: statusFd(request),
    inheritedFd: numberOf,
  });
  return { image, passed };
}

/** Non-blocking where the first stage's end says that all has been said; otherwise its end is waited for. */
function openStatusPipe(
  opened: Opened,
  nonBlocking: boolean,
): { read: number; write: number } {
  const ends = new Int32Array(2);
  const flags = nonBlocking ? OpenFlags.NONBLOCK : 0;
  invoke(pipe2(ends, OpenFlags.CLOEXEC | flags));
  const [read = -1, write = -1] = ends;
  opened.ours.push(read);
  opened.childs.push(write);
  return { read, write };
}
