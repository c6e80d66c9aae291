import { closeSync } from "node:fs";
import {
  connect,
  invoke,
  socket,
  SocketFamily,
  SocketType,
  unixAddress,
} from "@ns/syscalls";

/** Connects to the socket of whoever wants the terminal's master. */
export function connectConsole(path: string | undefined): number | undefined {
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
