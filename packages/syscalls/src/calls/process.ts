import type { Fd, Text } from "../argument.ts";
import { AtFlags } from "../constants/file.ts";
import { KcmpTypes } from "../constants/kcmp.ts";
import { Signals } from "../constants/signal.ts";
import { fd, flags, int, octal, oneOf, word } from "../param.ts";
import { environment, path, strings } from "../pointer.ts";
import { define, type Syscall } from "../syscall.ts";

const { SYMLINK_NOFOLLOW, EMPTY_PATH } = AtFlags;
const SIGNAL = oneOf("sig", { prefix: "", values: Signals });

const sysGetpid = define("getpid", { x64: 39, arm64: 172 }, () => []);

/** The result is this process's id in its PID namespace; see getpid(2). */
export function getpid(): Syscall {
  return sysGetpid();
}

const sysGetppid = define("getppid", { x64: 110, arm64: 173 }, () => []);

/** The result is the parent's id, 0 if it is in another PID namespace; see getppid(2). */
export function getppid(): Syscall {
  return sysGetppid();
}

const sysGettid = define("gettid", { x64: 186, arm64: 178 }, () => []);

/** The result is the calling thread's id; see gettid(2). */
export function gettid(): Syscall {
  return sysGettid();
}

const sysSetsid = define("setsid", { x64: 112, arm64: 157 }, () => []);

/**
 * Starts a session and process group, without a controlling terminal; see setsid(2).
 * @throws {SyscallError} `EPERM` if the process leads a process group already.
 */
export function setsid(): Syscall {
  return sysSetsid();
}

const sysGetsid = define("getsid", { x64: 124, arm64: 156 }, () => [
  word("pid"),
]);

/** The result is the id of the session of `pid`, 0 for the caller; see getsid(2). */
export function getsid(pid: Fd = 0): Syscall {
  return sysGetsid(pid);
}

const sysSetpgid = define("setpgid", { x64: 109, arm64: 154 }, () => [
  word("pid"),
  word("pgid"),
]);

/** Moves `pid` (0: the caller) to the process group `pgid` (0: its own); see setpgid(2). */
export function setpgid(pid: Fd, pgid: Fd): Syscall {
  return sysSetpgid(pid, pgid);
}

const sysGetpgid = define("getpgid", { x64: 121, arm64: 155 }, () => [
  word("pid"),
]);

/** The result is the process group of `pid`, 0 for the caller; see setpgid(2). */
export function getpgid(pid: Fd = 0): Syscall {
  return sysGetpgid(pid);
}

const sysExecve = define("execve", { x64: 59, arm64: 221 }, () => [
  path("pathname"),
  strings("argv"),
  environment("envp"),
]);

/**
 * Replaces the program of the process; see execve(2). In this process that ends Node where it stands: no
 * exit handler runs, output that is not written yet is lost, and what Node changed for itself stays: SIGPIPE
 * is ignored, and 0, 1 and 2 are closed on exec. Node's own `process.execve` puts that in order.
 */
export function execve(
  pathname: Text,
  argv: readonly Text[],
  envp: readonly Text[],
): Syscall {
  return sysExecve(pathname, argv, envp);
}

const sysExecveat = define("execveat", { x64: 322, arm64: 281 }, () => [
  fd("dirfd"),
  path("pathname"),
  strings("argv"),
  environment("envp"),
  flags("flags", { prefix: "AT_", values: { SYMLINK_NOFOLLOW, EMPTY_PATH } }),
]);

/**
 * Replaces the program of the process by one named relative to a directory, or with `AT_EMPTY_PATH` by the
 * file that `dirfd` refers to; see execveat(2) and the caution of {@link execve}. Linux 3.19.
 */
export function execveat(
  dirfd: Fd,
  pathname: Text,
  argv: readonly Text[],
  envp: readonly Text[],
  atFlags = 0,
): Syscall {
  return sysExecveat(dirfd, pathname, argv, envp, atFlags);
}

const sysExitGroup = define("exit_group", { x64: 231, arm64: 94 }, () => [
  int("status"),
]);

/** Ends the process; see exit_group(2). In this process, without exit handlers and without writing what is left. */
export function exitGroup(status: number): Syscall {
  return sysExitGroup(status);
}

const sysKill = define("kill", { x64: 62, arm64: 129 }, () => [
  word("pid"),
  SIGNAL,
]);

/** Sends a signal to a process, or to the group `-pid`; see kill(2). Signal 0 asks whether one could. */
export function kill(pid: Fd, signal: number): Syscall {
  return sysKill(pid, signal);
}

const sysUmask = define("umask", { x64: 95, arm64: 166 }, () => [
  octal("mask"),
]);

/** Sets the permissions that new files do not get; the result is the mask before; see umask(2). */
export function umask(mask: number): Syscall {
  return sysUmask(mask);
}

const sysKcmp = define("kcmp", { x64: 312, arm64: 272 }, () => [
  word("pid1"),
  word("pid2"),
  oneOf("type", { prefix: "KCMP_", values: KcmpTypes }),
  word("idx1"),
  word("idx2"),
]);

/**
 * Compares what two processes have, such as a descriptor of each; the result is 0 if they share it, 1 or 2 for
 * an order among those they do not; see kcmp(2). Linux 3.5.
 */
export function kcmp(
  pid1: Fd,
  pid2: Fd,
  type: number,
  idx1: Fd = 0,
  idx2: Fd = 0,
): Syscall {
  return sysKcmp(pid1, pid2, type, idx1, idx2);
}
