import { closeSync } from "node:fs";
import {
  connect,
  invoke,
  pidfdOpen,
  sendmsg,
  socket,
  SocketFamily,
  SocketType,
  unixAddress,
} from "@ns/syscalls";

/** Connects to the socket of whoever wants a descriptor sent. */
export function connectTo(path: string | undefined): number | undefined {
  if (path === undefined) return undefined;
  const fd = invoke(
    socket(SocketFamily.UNIX, SocketType.STREAM | SocketType.CLOEXEC),
  );
  try {
    invoke(connect(fd, unixAddress(path)));
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** Sends a pidfd of a process to a socket, if there is one, with a word that tells how the process came to be. */
export function sendPidfd(
  path: string | undefined,
  pid: number,
  how: "standard" | "setns",
): void {
  const to = connectTo(path);
  if (to === undefined) return;
  try {
    const pidfd = invoke(pidfdOpen(pid));
    try {
      invoke(sendmsg(to, { data: how, fds: [pidfd] }));
    } finally {
      closeSync(pidfd);
    }
  } finally {
    closeSync(to);
  }
}
