import type { Captures, Fd } from "../argument.ts";
import {
  SocketFamily,
  SocketLevel,
  SocketOptions,
  SocketType,
} from "../constants/socket.ts";
import { fd, flags, formatFlags, int, oneOf, type Param } from "../param.ts";
import { byteLength, input, output } from "../pointer.ts";
import { define, type Syscall } from "../syscall.ts";

const FAMILY = oneOf("domain", { prefix: "AF_", values: SocketFamily });
const LEVEL = oneOf("level", { prefix: "SOL_", values: SocketLevel });
const OPTION = oneOf("optname", { prefix: "SO_", values: SocketOptions });

const sysSocket = define("socket", { x64: 41, arm64: 198 }, () => [
  FAMILY,
  socketType("type"),
  int("protocol"),
]);

/** Makes a socket; the result is its descriptor; see socket(2). `type` may have `NONBLOCK` and `CLOEXEC`. */
export function socket(family: number, type: number, protocol = 0): Syscall {
  return sysSocket(family, type, protocol);
}

const sysSocketpair = define("socketpair", { x64: 53, arm64: 199 }, () => [
  FAMILY,
  socketType("type"),
  int("protocol"),
  output("sv", 8),
]);

/** Makes two connected sockets, whose descriptors go to `ends`; see socketpair(2). */
export function socketpair(
  family: number,
  type: number,
  protocol: number,
  ends: Int32Array | Captures,
): Syscall {
  return sysSocketpair(family, type, protocol, ends);
}

const sysBind = define("bind", { x64: 49, arm64: 200 }, () => [
  fd("sockfd"),
  input("addr"),
  int("addrlen"),
]);

/** Gives a socket an address, in the bytes of its family's sockaddr; see bind(2) and {@link unixAddress}. */
export function bind(socketFd: Fd, address: Uint8Array): Syscall {
  return sysBind(socketFd, address, address.byteLength);
}

const sysConnect = define("connect", { x64: 42, arm64: 203 }, () => [
  fd("sockfd"),
  input("addr"),
  int("addrlen"),
]);

/** Connects a socket to an address, in the bytes of its family's sockaddr; see connect(2). */
export function connect(socketFd: Fd, address: Uint8Array): Syscall {
  return sysConnect(socketFd, address, address.byteLength);
}

const sysListen = define("listen", { x64: 50, arm64: 201 }, () => [
  fd("sockfd"),
  int("backlog"),
]);

/** Lets a socket accept connections; see listen(2). */
export function listen(socketFd: Fd, backlog = 128): Syscall {
  return sysListen(socketFd, backlog);
}

const sysAccept4 = define(
  "accept4",
  { x64: 288, arm64: 242 },
  () => [
    fd("sockfd"),
    output("addr"),
    output("addrlen", 4),
    flags("flags", {
      prefix: "SOCK_",
      values: { NONBLOCK: SocketType.NONBLOCK, CLOEXEC: SocketType.CLOEXEC },
    }),
  ],
  { man: "accept(2)" },
);

/** Takes the next connection to a listening socket; the result is its descriptor; see accept(2). Blocks. */
export function accept4(
  socketFd: Fd,
  socketFlags: number = SocketType.CLOEXEC,
): Syscall {
  return sysAccept4(socketFd, null, null, socketFlags);
}

const sysGetsockname = define("getsockname", { x64: 51, arm64: 204 }, () => [
  fd("sockfd"),
  output("addr"),
  output("addrlen", 4),
]);

/** Puts a socket's address in `address`, and its length in `length[0]`; see getsockname(2). */
export function getsockname(
  socketFd: Fd,
  address: Uint8Array,
  length: Uint32Array = new Uint32Array([address.byteLength]),
): Syscall {
  return sysGetsockname(socketFd, address, length);
}

const sysShutdown = define("shutdown", { x64: 48, arm64: 210 }, () => [
  fd("sockfd"),
  oneOf("how", { prefix: "SHUT_", values: { RD: 0, WR: 1, RDWR: 2 } }),
]);

/** Ends one direction of a connection, 0 reading, 1 writing, or 2 both; see shutdown(2). */
export function shutdown(socketFd: Fd, how: number): Syscall {
  return sysShutdown(socketFd, how);
}

const sysSetsockopt = define("setsockopt", { x64: 54, arm64: 208 }, () => [
  fd("sockfd"),
  LEVEL,
  OPTION,
  input("optval"),
  int("optlen"),
]);

/** Sets a socket's option; `value` is its bytes, a number those of an int; see setsockopt(2), socket(7). */
export function setsockopt(
  socketFd: Fd,
  level: number,
  option: number,
  value: Uint8Array | number,
): Syscall {
  const bytes =
    typeof value === "number"
      ? new Uint8Array(new Int32Array([value]).buffer)
      : value;
  return sysSetsockopt(socketFd, level, option, bytes, byteLength(bytes));
}

const sysGetsockopt = define("getsockopt", { x64: 55, arm64: 209 }, () => [
  fd("sockfd"),
  LEVEL,
  OPTION,
  output("optval"),
  output("optlen", 4),
]);

/**
 * Puts a socket's option in `value`, and its length in `length[0]`, which must hold the length of `value`
 * before; see getsockopt(2), socket(7).
 */
export function getsockopt(
  socketFd: Fd,
  level: number,
  option: number,
  value: ArrayBufferView,
  length: Uint32Array = new Uint32Array([value.byteLength]),
): Syscall {
  return sysGetsockopt(socketFd, level, option, value, length);
}

/**
 * The address of a Unix socket, struct sockaddr_un; a name that starts with a NUL is abstract; see unix(7).
 * @throws {RangeError} beyond 107 bytes.
 */
export function unixAddress(path: string): Uint8Array {
  const name = Buffer.from(path);
  if (name.length === 0 || name.length > 107)
    throw new RangeError(
      `invalid path of ${name.length} bytes: expected 1 to 107`,
    );
  const terminator = path.startsWith("\0") ? 0 : 1;
  const address = Buffer.alloc(2 + name.length + terminator);
  address.writeUInt16LE(SocketFamily.UNIX);
  name.copy(address, 2);
  return address;
}

/** A type out of a table, then flags. */
function socketType(name: string): Param<number> {
  const { NONBLOCK, CLOEXEC, ...types } = SocketType;
  const one = oneOf(name, { prefix: "SOCK_", values: types });
  return {
    ...one,
    format: (value) => {
      const set = formatFlags(value & ~0xf, {
        prefix: "SOCK_",
        values: { NONBLOCK, CLOEXEC },
      });
      const type = one.format(value & 0xf);
      return set === "0" ? type : `${type}|${set}`;
    },
  };
}
