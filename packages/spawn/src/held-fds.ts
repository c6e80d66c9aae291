import { fcntl, FcntlCommands, invoke, SyscallError } from "@ns/syscalls";
import { notOpenError, type PassedFd } from "./launch.ts";
import type { OpenedFds } from "./stdio.ts";

/** Copies of the caller's descriptors, which it may close as soon as `spawn` has returned. */
export function holdCallers(
  fds: readonly PassedFd[],
  opened: OpenedFds,
): PassedFd[] {
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
