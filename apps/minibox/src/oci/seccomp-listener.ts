import { closeSync, writeSync } from "node:fs";
import {
  type ContainerProcessState,
  OCI_VERSION,
  SECCOMP_FD_NAME,
  type Seccomp,
  type State,
} from "@ns/oci";
import {
  connect,
  invoke,
  sendmsg,
  setsockopt,
  socket,
  SocketFamily,
  SocketLevel,
  SocketOptions,
  SocketType,
  unixAddress,
} from "@ns/syscalls";
import { MiniboxError } from "../error.ts";

/** How long an agent may take to accept and to read. */
const TIMEOUT_SECONDS = 10n;

/**
 * Hands the listener of a filter to the agent that the profile names, with what it is about; see config-linux.md, "The
 * Container Process State". The descriptor stays the caller's.
 * @throws {MiniboxError} `ERR_UNSUPPORTED` if the agent cannot be reached.
 */
export function sendListener(
  { listenerPath = "", listenerMetadata }: Seccomp,
  listener: number,
  about: { readonly pid: number; readonly state: State },
): void {
  const message: ContainerProcessState = {
    ociVersion: OCI_VERSION,
    fds: [SECCOMP_FD_NAME],
    ...(listenerMetadata !== undefined && { metadata: listenerMetadata }),
    ...about,
  };
  const data = Buffer.from(JSON.stringify(message));
  const { UNIX } = SocketFamily;
  const { STREAM, CLOEXEC } = SocketType;
  const agent = invoke(socket(UNIX, STREAM | CLOEXEC));
  try {
    invoke(
      setsockopt(agent, SocketLevel.SOCKET, SocketOptions.SNDTIMEO, timeout()),
    );
    invoke(connect(agent, unixAddress(listenerPath)));
    // the descriptor goes with the first byte, whatever of the rest does
    let sent = invoke(sendmsg(agent, { data, fds: [listener] }));
    while (sent < data.length) sent += writeSync(agent, data, sent);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new MiniboxError(
      "ERR_UNSUPPORTED",
      `cannot honour linux.seccomp.listenerPath: no agent at '${listenerPath}': ${reason}`,
      { cause },
    );
  } finally {
    closeSync(agent);
  }
}

/** struct timeval. */
function timeout(): Uint8Array {
  return new Uint8Array(new BigInt64Array([TIMEOUT_SECONDS, 0n]).buffer);
}
