import type { Fd } from "../argument.ts";
import { PidfdFlags } from "../constants/wait.ts";
import { Signals } from "../constants/signal.ts";
import { address, fd, flags, int, oneOf, word } from "../param.ts";
import { define, type Syscall } from "../syscall.ts";

const sysPidfdOpen = define("pidfd_open", { x64: 434, arm64: 434 }, () => [
  word("pid"),
  flags("flags", { prefix: "PIDFD_", values: PidfdFlags }),
]);

/**
 * Opens a descriptor that refers to a process, close-on-exec, and is readable when it has ended; see
 * pidfd_open(2). Linux 5.3.
 * @throws {SyscallError} `ESRCH` if there is none; a zombie counts.
 */
export function pidfdOpen(pid: Fd, pidfdFlags = 0): Syscall {
  return sysPidfdOpen(pid, pidfdFlags);
}

const sysPidfdSendSignal = define(
  "pidfd_send_signal",
  { x64: 424, arm64: 424 },
  () => [
    fd("pidfd"),
    oneOf("sig", { prefix: "", values: Signals }),
    address("info"),
    int("flags"),
  ],
);

/** Sends a signal to the process a pidfd refers to, and to no other; see pidfd_send_signal(2). Linux 5.1. */
export function pidfdSendSignal(pidfd: Fd, signal: number): Syscall {
  return sysPidfdSendSignal(pidfd, signal, 0, 0);
}

const sysPidfdGetfd = define("pidfd_getfd", { x64: 438, arm64: 438 }, () => [
  fd("pidfd"),
  fd("targetfd"),
  int("flags"),
]);

/** Takes a copy of another process's descriptor, as ptrace may; see pidfd_getfd(2). Linux 5.6. */
export function pidfdGetfd(pidfd: Fd, targetFd: number): Syscall {
  return sysPidfdGetfd(pidfd, targetFd, 0);
}
