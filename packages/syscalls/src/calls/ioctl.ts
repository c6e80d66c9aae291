import type { Fd } from "../argument.ts";
import { InterfaceFlags, IoctlRequests } from "../constants/ioctl.ts";
import { fd, flags, oneOf, type Param } from "../param.ts";
import { type AnyArg, anyArg, quote, struct } from "../pointer.ts";
import { decodeStruct, type Layout, layout } from "../struct.ts";
import { openFlags } from "./open.ts";
import { define, type Syscall } from "../syscall.ts";

const NUMBERS = { x64: 16, arm64: 29 };
const REQUEST: Param<number> = {
  ...oneOf("request", { prefix: "", values: IoctlRequests }),
  // Requests with a direction have bit 31 set: JavaScript's | makes them negative.
  encode: (value) => value >>> 0,
};

const withoutArg = define("ioctl", NUMBERS, () => [fd("fd"), REQUEST]);
const withOpenFlags = define("ioctl", NUMBERS, () => [
  fd("fd"),
  REQUEST,
  openFlags("arg"),
]);
const withAnyArg = define("ioctl", NUMBERS, () => [
  fd("fd"),
  REQUEST,
  anyArg("arg"),
]);

/**
 * Asks something of a device, file or namespace; the result and `arg` (a number or register, or a buffer that
 * is read and written) depend on `request`; see ioctl(2).
 */
export function ioctl(on: Fd, request: number, arg?: AnyArg): Syscall {
  if (arg === undefined) return withoutArg(on, request);
  if (request === IoctlRequests.TIOCGPTPEER && typeof arg === "number")
    return withOpenFlags(on, request, arg);
  return withAnyArg(on, request, arg);
}

/** The size of a terminal, in characters. */
export interface TerminalSize {
  readonly cols: number;
  readonly rows: number;
}

interface Winsize {
  readonly ws_row: number;
  readonly ws_col: number;
  readonly ws_xpixel?: number;
  readonly ws_ypixel?: number;
}

/** struct winsize of include/uapi/asm-generic/termios.h. */
export const winsizeLayout: Layout<Winsize> = layout<Winsize>("winsize", {
  ws_row: "u16",
  ws_col: "u16",
  ws_xpixel: "u16",
  ws_ypixel: "u16",
});

const withWinsize = define("ioctl", NUMBERS, () => [
  fd("fd"),
  REQUEST,
  struct("arg", winsizeLayout),
]);

/** Sets a terminal's size; its foreground process group gets SIGWINCH; see TIOCSWINSZ(2const). */
export function setWindowSize(
  terminal: Fd,
  { cols, rows }: TerminalSize,
): Syscall {
  return withWinsize(terminal, IoctlRequests.TIOCSWINSZ, {
    ws_row: rows,
    ws_col: cols,
    ws_xpixel: 0,
    ws_ypixel: 0,
  });
}

/** How many bytes {@link getWindowSize} writes. */
export const WINSIZE_SIZE = 8;

/** Puts a terminal's size in `winsize`, of `WINSIZE_SIZE` bytes, for {@link parseWindowSize}; see TIOCGWINSZ(2const). */
export function getWindowSize(terminal: Fd, winsize: Uint8Array): Syscall {
  return ioctl(terminal, IoctlRequests.TIOCGWINSZ, winsize);
}

/** Reads what {@link getWindowSize} left in `winsize`. */
export function parseWindowSize(winsize: Uint8Array): TerminalSize {
  const { ws_row, ws_col } = decodeStruct(winsizeLayout, winsize);
  return { cols: Number(ws_col), rows: Number(ws_row) };
}

interface InterfaceRequest {
  readonly ifr_name: string;
  readonly ifr_flags: number;
}

/** Sizes of struct ifreq of include/uapi/linux/if.h: a name of 16 bytes, then a union of 24. */
const IFNAMSIZ = 16;
const IFREQ_SIZE = 40;

const withInterface = define("ioctl", NUMBERS, () => [
  fd("fd"),
  REQUEST,
  ifreq("arg"),
]);

/**
 * Sets a network interface's flags, e.g. brings the loopback of a new network namespace up; `socketFd` is any
 * socket made in that namespace; see netdevice(7). Needs CAP_NET_ADMIN there.
 * @throws {SyscallError} `ENODEV` if there is no such interface.
 */
export function setInterfaceFlags(
  socketFd: Fd,
  name: string,
  interfaceFlags: number,
): Syscall {
  return withInterface(socketFd, IoctlRequests.SIOCSIFFLAGS, {
    ifr_name: name,
    ifr_flags: interfaceFlags,
  });
}

function ifreq(name: string): Param<InterfaceRequest> {
  const mask = flags("ifr_flags", { prefix: "IFF_", values: InterfaceFlags });
  return {
    name,
    encode: ({ ifr_name, ifr_flags }, arena) => {
      const bytes = Buffer.alloc(IFREQ_SIZE);
      if (ifr_name === "" || Buffer.byteLength(ifr_name) >= IFNAMSIZ) {
        throw new RangeError(
          `invalid interface name ${quote(ifr_name)}: expected 1 to ${IFNAMSIZ - 1} bytes`,
        );
      }
      bytes.write(ifr_name);
      bytes.writeUInt16LE(ifr_flags & 0xffff, IFNAMSIZ);
      return arena.place(bytes);
    },
    format: ({ ifr_name, ifr_flags }) =>
      `{ifr_name=${quote(ifr_name)}, ifr_flags=${mask.format(ifr_flags)}}`,
  };
}
