import { closeSync } from "node:fs";
import { spawn } from "@ns/spawn";
import {
  CloneFlags,
  exitGroup,
  inherited,
  invoke,
  receiveFds,
  register,
  sendFds,
  socket,
  SocketFamily,
  socketpair,
  SocketType,
  step,
} from "@ns/syscalls";
import { MiniboxError } from "../error.ts";
import { NETLINK_ROUTE, RouteSocket } from "./route-socket.ts";

/**
 * A socket in the network namespace of another process, made by a process that enters it, hands the socket over and
 * ends: this one stays where it is.
 */
export async function routeSocketOf(pid: number): Promise<RouteSocket> {
  const ends = new Int32Array(2);
  const type = SocketType.SEQPACKET | SocketType.CLOEXEC | SocketType.NONBLOCK;
  invoke(socketpair(SocketFamily.UNIX, type, 0, ends));
  const [ours = -1, theirs = -1] = ends;
  const made = register("route socket");
  const { RAW, CLOEXEC } = SocketType;
  let failure: unknown;
  try {
    // "/" is never executed: the process ends in the setup
    const child = spawn("/", [], {
      join: [{ pid, kinds: CloneFlags.NEWNET }],
      env: {},
      stdio: "ignore",
      setup: [
        step(socket(SocketFamily.NETLINK, RAW | CLOEXEC, NETLINK_ROUTE), {
          into: made,
          why: "of the container's network",
        }),
        step(sendFds(inherited(theirs, "socket"), [made]), {
          why: "hand it over",
        }),
        exitGroup(0),
      ],
    });
    // to end before it has become a command is an error to spawn, and what we ask of it
    await child.exited.catch((error: unknown) => (failure = error));
    const [fd] = receiveFds(ours);
    if (fd !== undefined) return new RouteSocket(fd);
  } catch (error) {
    throw failure ?? error;
  } finally {
    closeSync(theirs);
    closeSync(ours);
  }
  throw new MiniboxError(
    "ERR_UNSUPPORTED",
    "no socket in the network of the container",
    { cause: failure },
  );
}
