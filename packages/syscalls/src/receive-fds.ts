import type { Fd } from "./argument.ts";
import { messageBuffer, parseMessage, recvmsg } from "./calls/message.ts";
import { invoke } from "./invoke.ts";

/**
 * Receives up to `max` descriptors that `sendFds` sent over a Unix socket, close-on-exec, now ours; none if
 * the other end was closed. Performs recvmsg(2), and blocks unless the socket is non-blocking.
 */
export function receiveFds(socketFd: Fd, max = 1): readonly number[] {
  const buffer = messageBuffer({ dataBytes: 1, fds: max });
  return parseMessage(buffer, invoke(recvmsg(socketFd, buffer))).fds;
}
