import { openSync, constants, readFileSync } from "node:fs";
import { inherited, type Inherited } from "@ns/syscalls";
import type { OpenedFds } from "./stdio.ts";
import type { SpawnOptions } from "./options.ts";
import { hasPause } from "./pause.ts";

/** What a program is made from: the caller's wishes, and what of this process it depends on. */
export interface Request {
  readonly file: string;
  readonly argv: readonly string[];
  readonly envp: readonly string[];
  readonly options: SpawnOptions;
  /** How many descriptors the command has; the stage's own follow. */
  readonly stdioCount: number;
  /** Effective ids of this process. */
  readonly euid: number;
  readonly egid: number;
  /** The highest capability that the kernel has: /proc/sys/kernel/cap_last_cap. */
  readonly lastCapability: number;
  /** This program's executable, when `file` is `/proc/self/exe`: inside, that would be the native stage. */
  readonly self?: Inherited | undefined;
  /** The socket that a pseudoterminal's master is sent back on. */
  readonly ptySocket?: Inherited | undefined;
  /** Where the child says that it has come to its pause, and where it is told to go on. */
  readonly pauseAt?: PausePipes | undefined;
}

/** The child's ends of two pipes. */
export interface PausePipes {
  readonly reached: Inherited;
  readonly goOn: Inherited;
}

type Numbering = Pick<Request, "stdioCount" | "self" | "options">;

/** The descriptor whose byte the child waits for, where that was asked for: the first after the command's own. */
export function holdFd({ stdioCount }: Numbering): number {
  return stdioCount;
}

/** The descriptor that the stage reports on. */
export function statusFd(request: Numbering): number {
  return request.stdioCount + (request.options.hold === undefined ? 0 : 1);
}

/**
 * The descriptor by which the first stage knows that the second has become the command, or has ended: it closes then.
 * After the status descriptor and that of this program's executable.
 */
export function doneFd(request: Numbering): number {
  return statusFd(request) + (request.self === undefined ? 1 : 2);
}

/** Descriptors from here on belong to the stage alone and are closed before the command runs. */
export function firstPrivateFd(request: Numbering): number {
  // those of a pause are closed when the last one is over
  return doneFd(request) + (hasPause(request.options) ? 3 : 1);
}

const SELF = "/proc/self/exe";

/**
 * Opens this program's executable if that is what `file` names. Between clone and exec `/proc/self/exe`
 * is the native stage, and under a new root no path leads to what it means here.
 */
export function openSelf(
  file: string,
  opened: OpenedFds,
): Inherited | undefined {
  if (file !== SELF) return undefined;
  const fd = openSync(SELF, constants.O_RDONLY);
  opened.childs.push(fd);
  return inherited(fd, SELF);
}

/** Completes the caller's wishes with what this process is. */
export function makeRequest(wishes: {
  readonly file: string;
  readonly args: readonly string[];
  readonly options: SpawnOptions;
  readonly stdioCount: number;
  readonly self?: Inherited | undefined;
  readonly ptySocket?: Inherited | undefined;
  readonly pauseAt?: PausePipes | undefined;
}): Request {
  const { file, args, options, stdioCount, self, ptySocket, pauseAt } = wishes;
  return {
    file,
    argv: [options.argv0 ?? file, ...args],
    envp: environmentOf(options.env ?? process.env),
    options,
    stdioCount,
    euid: process.geteuid?.() ?? 0,
    egid: process.getegid?.() ?? 0,
    lastCapability:
      options.capabilities === undefined ? 0 : readLastCapability(),
    self,
    ptySocket,
    pauseAt,
  };
}

function environmentOf(
  env: Readonly<Record<string, string | undefined>>,
): string[] {
  const variables: string[] = [];
  // For process.env, whose every access is a call, three times as fast as Object.entries.
  for (const name of Object.getOwnPropertyNames(env)) {
    const value = env[name];
    if (value !== undefined) variables.push(`${name}=${value}`);
  }
  return variables;
}

let lastCapability: number | undefined;

function readLastCapability(): number {
  lastCapability ??= Number(
    readFileSync("/proc/sys/kernel/cap_last_cap", "utf8"),
  );
  return lastCapability;
}
