import { spawn, type ChildProcess } from "node:child_process";
import type { Readable } from "node:stream";
import { SYSTEM_PATH } from "./programs.ts";
import { homeDirectory } from "./run-directory.ts";

/** The user, and the group, that tests become when they need someone with no privileges. */
export const UNPRIVILEGED_UID = 1000;

export interface RunOptions {
  /** Default: ours; for `asUser`, that user's home directory. */
  readonly cwd?: string;
  /** Added to the environment: ours, or for `asUser` a short one with HOME, PATH and LANG. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What it reads on standard input. Default: nothing, `/dev/null`. */
  readonly input?: string;
  /** After this long, in milliseconds, its process group is killed and the promise rejected. Default: 20,000. */
  readonly timeoutMs?: number;
}

export interface RunResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program in a session of its own and waits until it has exited and nobody holds its output open. A
 * failing program is a result, not an error.
 * @throws {Error} when it cannot be started, or with what it printed when it took too long.
 */
export function run(
  file: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const child = spawn(file, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    detached: true,
  });
  return result(child, [file, ...args].join(" "), options);
}

/** Runs a program as the user and group `uid`, with no other groups, through setpriv(1). */
export function asUser(
  uid: number,
  file: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const home = homeDirectory(uid);
  const child = spawn(
    "setpriv",
    [
      "--reuid",
      String(uid),
      "--regid",
      String(uid),
      "--clear-groups",
      "--",
      file,
      ...args,
    ],
    {
      cwd: options.cwd ?? home,
      env: { HOME: home, PATH: SYSTEM_PATH, LANG: "C.UTF-8", ...options.env },
      stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      detached: true,
    },
  );
  return result(
    child,
    `as ${String(uid)}: ${[file, ...args].join(" ")}`,
    options,
  );
}

function result(
  child: ChildProcess,
  what: string,
  options: RunOptions,
): Promise<RunResult> {
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  // it may exit without reading its input
  child.stdin?.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") child.emit("error", error);
  });
  child.stdin?.end(options.input);
  const timeoutMs = options.timeoutMs ?? 20_000;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      killGroup(child);
      child.stdout?.destroy();
      child.stderr?.destroy();
      reject(
        new Error(
          `${what}: still running after ${String(timeoutMs)} ms\n${stdout()}${stderr()}`,
        ),
      );
    }, timeoutMs);
    child.once("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, stdout: stdout(), stderr: stderr() });
    });
  });
}

function collect(stream: Readable | null): () => string {
  const chunks: Buffer[] = [];
  stream?.on("data", (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString("utf8");
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch (error) {
    // it has exited, and what holds its output open has left its process group
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
