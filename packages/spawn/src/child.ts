import { EventEmitter } from "node:events";
import { closeSync } from "node:fs";
import type { Socket } from "node:net";
import type { Readable, Writable } from "node:stream";
import { invoke, pidfdOpen, pidfdSendSignal, SyscallError } from "@ns/syscalls";
import type { Pty } from "./pty.ts";
import { type Exit, onExit } from "./reaper.ts";
import { signalNumber } from "./signal.ts";
import { drain, whenClosed } from "./stdio.ts";

/** A timer that is never due: while it is ref'd, the event loop waits for the child. */
const FOREVER_MS = 0x7fffffff;

/** Events of a {@link Child}; as Node's ChildProcess. */
export interface ChildEvents {
  /** The command runs: execve succeeded. */
  spawn: [];
  /** It could not be started, or was aborted. */
  error: [Error];
  exit: [code: number | null, signal: NodeJS.Signals | null];
  /** It has ended, or could not be started, and its streams are closed. What nobody had begun to read is lost then. */
  close: [code: number | null, signal: NodeJS.Signals | null];
}

/** A child that runs. */
export interface Running {
  readonly pid: number;
  /** Its pseudoterminal, if one was asked for. */
  readonly pty: Pty | undefined;
}

/**
 * A child process. It behaves as Node's ChildProcess does, and adds `pidfd`, `exited` and
 * `await using`.
 */
export class Child
  extends EventEmitter<ChildEvents>
  implements AsyncDisposable
{
  /** Undefined until the process exists, at the latest when `spawn` is emitted. */
  pid: number | undefined;
  /** Refers to the process, whatever becomes of its pid; from `spawn` until `exit`. */
  pidfd: number | undefined;
  /** As Node's: negative, the errno where there is one, if the command could not be started. */
  exitCode: number | null = null;
  signalCode: NodeJS.Signals | null = null;
  /** Whether a signal was sent by {@link Child.kill}. */
  killed = false;
  readonly spawnfile: string;
  readonly spawnargs: readonly string[];
  stdin: Writable | null = null;
  stdout: Readable | null = null;
  stderr: Readable | null = null;
  stdio: readonly (Socket | null)[] = [];
  /** The pseudoterminal, from `spawn` on, if one was asked for. */
  pty: Pty | undefined;

  readonly #running = Promise.withResolvers<Running>();
  readonly #result = Promise.withResolvers<Exit>();
  readonly #keepAlive = setInterval(() => undefined, FOREVER_MS);
  #failureWanted = false;
  readonly #pendingSignals: number[] = [];
  /** Undefined until the native stage has ended or become the command; then whether the command runs. */
  #started: { readonly failure?: Error } | undefined;
  #exit: Exit | undefined;
  #abort: Error | undefined;

  constructor(file: string, argv: readonly string[]) {
    super();
    this.spawnfile = file;
    this.spawnargs = argv;
    // Whoever awaits `spawned` or `exited` gets the rejection; whoever does not has the `error` event.
    this.#running.promise.catch(() => undefined);
    this.#result.promise.catch(() => undefined);
  }

  /** The command runs. Rejects if it could not be started, with the step that failed. */
  get spawned(): Promise<Running> {
    this.#failureWanted = true;
    return this.#running.promise;
  }

  /**
   * How the command ended. Rejects if it could not be started, with the step that failed, or if it was
   * aborted through `signal`.
   */
  get exited(): Promise<Exit> {
    this.#failureWanted = true;
    return this.#result.promise;
  }

  /**
   * Sends a signal, by pidfd: never to another process that has got the pid. Returns whether there was
   * a process to send it to. Before the process exists the signal is kept for it.
   */
  kill(signal: NodeJS.Signals | number = "SIGTERM"): boolean {
    const number = signalNumber(signal);
    if (this.#ended()) return false;
    this.killed = true;
    if (this.pidfd === undefined) {
      this.#pendingSignals.push(number);
      return true;
    }
    return send(this.pidfd, number);
  }

  /** Keeps the event loop running until the child has ended: the default. */
  ref(): this {
    this.#keepAlive.ref();
    return this;
  }

  /** Lets the event loop end before the child does. */
  unref(): this {
    this.#keepAlive.unref();
    return this;
  }

  /**
   * Kills the child if it still runs, and waits until it is gone. Rejects if it could not be started and nobody has
   * been told.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    const isTold = this.#failureWanted || this.listenerCount("error") > 0;
    this.kill("SIGKILL");
    try {
      await this.exited;
    } catch (error) {
      if (!isTold) throw error;
    }
  }

  /** The process exists. @internal */
  exists(pid: number, isOurs = true): void {
    this.pid = pid;
    this.pidfd = invoke(pidfdOpen(pid));
    if (!isOurs) return;
    onExit(pid, (exit) => {
      this.#exit = exit;
      this.#settle();
    });
    for (const signal of this.#pendingSignals) send(this.pidfd, signal);
  }

  /** Takes the streams on our ends of its pipes. @internal */
  attach(streams: readonly (Socket | null)[]): void {
    this.stdio = streams;
    [this.stdin = null, this.stdout = null, this.stderr = null] = streams;
  }

  /** Calls back once nothing more will become of it. @internal */
  onSettled(listener: () => void): void {
    this.#result.promise.then(listener, listener);
  }

  /** The native stage has become the command. @internal */
  runs(pty: Pty | undefined): void {
    this.pty = pty;
    this.#started = {};
    if (this.#abort === undefined) this.emit("spawn");
    this.#running.resolve({ pid: this.pid ?? 0, pty });
    this.#settle();
  }

  /** The command will not run. @internal */
  fails(failure: Error): void {
    this.#started = { failure };
    this.#settle();
  }

  /** The caller has lost interest. @internal */
  aborts(reason: Error, signal: NodeJS.Signals): void {
    if (this.#ended()) return;
    this.#abort = reason;
    this.kill(signal);
  }

  #ended(): boolean {
    return (
      this.#exit !== undefined ||
      (this.#started?.failure !== undefined && this.pid === undefined)
    );
  }

  /** Tells how it ended, once both are known: whether the command ran, and that its process is gone. */
  #settle(): void {
    if (this.#started === undefined) return;
    const exit = this.#exit;
    if (exit === undefined && this.pid !== undefined) return;
    clearInterval(this.#keepAlive);
    if (this.pidfd !== undefined) closeSync(this.pidfd);
    this.pidfd = undefined;
    const { failure } = this.#started;
    this.exitCode =
      failure === undefined ? (exit?.code ?? null) : codeOf(failure);
    this.signalCode = failure === undefined ? (exit?.signal ?? null) : null;
    this.stdin?.destroy();
    void whenClosed(this.stdio).then(() =>
      this.emit("close", this.exitCode, this.signalCode),
    );
    // After those who awaited `exited`: they may read what is left.
    setImmediate(drain, this.stdio);
    const reported = failure ?? this.#abort;
    if (reported !== undefined) this.#reportFailure(reported);
    if (failure !== undefined || exit === undefined) return;
    this.#result.resolve(exit);
    this.emit("exit", exit.code, exit.signal);
  }

  #reportFailure(failure: Error): void {
    this.#running.reject(failure);
    this.#result.reject(failure);
    // Without a listener `emit` throws, as it should when nobody would hear of it.
    if (!this.#failureWanted || this.listenerCount("error") > 0)
      this.emit("error", failure);
  }
}

/** What Node's `exitCode` is when there was no command to exit. */
function codeOf(failure: Error): number {
  return failure instanceof SyscallError ? failure.errno : -1;
}

function send(pidfd: number, signal: number): boolean {
  try {
    invoke(pidfdSendSignal(pidfd, signal));
    return true;
  } catch (error) {
    // It has ended, and waits to be reaped.
    if (error instanceof SyscallError && error.code === "ESRCH") return false;
    throw error;
  }
}
