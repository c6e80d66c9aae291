import { int } from "../param.ts";
import { input, output } from "../pointer.ts";
import { define, type Syscall } from "../syscall.ts";

const sysSethostname = define("sethostname", { x64: 170, arm64: 161 }, () => [
  input("name"),
  int("len"),
]);

/**
 * Sets the host name of the UTS namespace; see sethostname(2). Needs CAP_SYS_ADMIN in its user namespace.
 * @throws {SyscallError} `EINVAL` beyond 64 bytes.
 */
export function sethostname(name: string): Syscall {
  return sysSethostname(name, Buffer.byteLength(name));
}

const sysSetdomainname = define(
  "setdomainname",
  { x64: 171, arm64: 162 },
  () => [input("name"), int("len")],
);

/** Sets the NIS domain name of the UTS namespace; see setdomainname(2). */
export function setdomainname(name: string): Syscall {
  return sysSetdomainname(name, Buffer.byteLength(name));
}

/** How many bytes {@link uname} writes: struct new_utsname of include/uapi/linux/utsname.h. */
export const UTSNAME_SIZE = 390;

const sysUname = define("uname", { x64: 63, arm64: 160 }, () => [
  output("buf", UTSNAME_SIZE),
]);

/** Puts the names of the system in `buf`, of `UTSNAME_SIZE` bytes, for {@link parseUtsname}; see uname(2). */
export function uname(buf: Uint8Array): Syscall {
  return sysUname(buf);
}

/** The names of the system; see uname(2). */
export interface Utsname {
  readonly sysname: string;
  readonly nodename: string;
  readonly release: string;
  readonly version: string;
  readonly machine: string;
  readonly domainname: string;
}

/** Reads what {@link uname} left in `buf`. */
export function parseUtsname(buf: Uint8Array): Utsname {
  const [
    sysname = "",
    nodename = "",
    release = "",
    version = "",
    machine = "",
    domainname = "",
  ] = Array.from({ length: 6 }, (_, i) =>
    untilNul(buf.subarray(i * 65, (i + 1) * 65)),
  );
  return { sysname, nodename, release, version, machine, domainname };
}

function untilNul(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString();
}
