import type { Fd, Text } from "../argument.ts";
import { XattrFlags } from "../constants/filesystem.ts";
import { fd, flags, int } from "../param.ts";
import { byteLength, cstring, input, output, path } from "../pointer.ts";
import { define, type Syscall } from "../syscall.ts";

const PATH = path("path");
const FILE = fd("fd");
const NAME = cstring("name");
const SET = [
  input("value"),
  int("size"),
  flags("flags", { prefix: "XATTR_", values: XattrFlags }),
] as const;
const GET = [output("value"), int("size")] as const;
const LIST = [output("list"), int("size")] as const;

const sysSetxattr = define("setxattr", { x64: 188, arm64: 5 }, () => [
  PATH,
  NAME,
  ...SET,
]);
const sysLsetxattr = define(
  "lsetxattr",
  { x64: 189, arm64: 6 },
  () => [PATH, NAME, ...SET],
  { man: "setxattr(2)" },
);
const sysFsetxattr = define(
  "fsetxattr",
  { x64: 190, arm64: 7 },
  () => [FILE, NAME, ...SET],
  { man: "setxattr(2)" },
);

/**
 * Sets an extended attribute of the file a path leads to; see setxattr(2), xattr(7).
 * @throws {SyscallError} `EOPNOTSUPP` where the file system has none; `EPERM` for `trusted.*` without
 *   CAP_SYS_ADMIN in the initial user namespace.
 */
export function setxattr(
  pathname: Text,
  name: string,
  value: Uint8Array | string,
  xattrFlags = 0,
): Syscall {
  return sysSetxattr(pathname, name, value, byteLength(value), xattrFlags);
}

/** Sets an extended attribute, of a symbolic link itself; see setxattr(2). */
export function lsetxattr(
  pathname: Text,
  name: string,
  value: Uint8Array | string,
  xattrFlags = 0,
): Syscall {
  return sysLsetxattr(pathname, name, value, byteLength(value), xattrFlags);
}

/** Sets an extended attribute of the file a descriptor refers to; see setxattr(2). */
export function fsetxattr(
  file: Fd,
  name: string,
  value: Uint8Array | string,
  xattrFlags = 0,
): Syscall {
  return sysFsetxattr(file, name, value, byteLength(value), xattrFlags);
}

const sysGetxattr = define("getxattr", { x64: 191, arm64: 8 }, () => [
  PATH,
  NAME,
  ...GET,
]);
const sysLgetxattr = define(
  "lgetxattr",
  { x64: 192, arm64: 9 },
  () => [PATH, NAME, ...GET],
  { man: "getxattr(2)" },
);
const sysFgetxattr = define(
  "fgetxattr",
  { x64: 193, arm64: 10 },
  () => [FILE, NAME, ...GET],
  { man: "getxattr(2)" },
);

/**
 * Puts an extended attribute in `value`; the result is its length, which is all that happens with an empty
 * buffer; see getxattr(2).
 * @throws {SyscallError} `ENODATA` if there is none; `ERANGE` if `value` is too small.
 */
export function getxattr(
  pathname: Text,
  name: string,
  value: Uint8Array,
): Syscall {
  return sysGetxattr(pathname, name, value, value.byteLength);
}

/** Reads an extended attribute, of a symbolic link itself; see getxattr(2). */
export function lgetxattr(
  pathname: Text,
  name: string,
  value: Uint8Array,
): Syscall {
  return sysLgetxattr(pathname, name, value, value.byteLength);
}

/** Reads an extended attribute of the file a descriptor refers to; see getxattr(2). */
export function fgetxattr(file: Fd, name: string, value: Uint8Array): Syscall {
  return sysFgetxattr(file, name, value, value.byteLength);
}

const sysListxattr = define("listxattr", { x64: 194, arm64: 11 }, () => [
  PATH,
  ...LIST,
]);
const sysLlistxattr = define(
  "llistxattr",
  { x64: 195, arm64: 12 },
  () => [PATH, ...LIST],
  { man: "listxattr(2)" },
);
const sysFlistxattr = define(
  "flistxattr",
  { x64: 196, arm64: 13 },
  () => [FILE, ...LIST],
  { man: "listxattr(2)" },
);

/** Puts the names of the extended attributes in `list`, each ended by a NUL; the result is their length; see listxattr(2). */
export function listxattr(pathname: Text, list: Uint8Array): Syscall {
  return sysListxattr(pathname, list, list.byteLength);
}

/** Lists the extended attributes, of a symbolic link itself; see listxattr(2). */
export function llistxattr(pathname: Text, list: Uint8Array): Syscall {
  return sysLlistxattr(pathname, list, list.byteLength);
}

/** Lists the extended attributes of the file a descriptor refers to; see listxattr(2). */
export function flistxattr(file: Fd, list: Uint8Array): Syscall {
  return sysFlistxattr(file, list, list.byteLength);
}

const sysRemovexattr = define("removexattr", { x64: 197, arm64: 14 }, () => [
  PATH,
  NAME,
]);
const sysLremovexattr = define(
  "lremovexattr",
  { x64: 198, arm64: 15 },
  () => [PATH, NAME],
  { man: "removexattr(2)" },
);
const sysFremovexattr = define(
  "fremovexattr",
  { x64: 199, arm64: 16 },
  () => [FILE, NAME],
  { man: "removexattr(2)" },
);

/** Removes an extended attribute; see removexattr(2). */
export function removexattr(pathname: Text, name: string): Syscall {
  return sysRemovexattr(pathname, name);
}

/** Removes an extended attribute, of a symbolic link itself; see removexattr(2). */
export function lremovexattr(pathname: Text, name: string): Syscall {
  return sysLremovexattr(pathname, name);
}

/** Removes an extended attribute of the file a descriptor refers to; see removexattr(2). */
export function fremovexattr(file: Fd, name: string): Syscall {
  return sysFremovexattr(file, name);
}
