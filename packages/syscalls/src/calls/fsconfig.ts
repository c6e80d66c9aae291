import type { Fd, Text } from "../argument.ts";
import { FsconfigCommand } from "../constants/mount.ts";
import { address, fd, int, oneOf } from "../param.ts";
import { byteLength, cstring, input } from "../pointer.ts";
import { define, type Syscall } from "../syscall.ts";

const NUMBERS = { x64: 431, arm64: 431 };
const FS = fd("fd");
const COMMAND = oneOf("cmd", { prefix: "FSCONFIG_", values: FsconfigCommand });
const KEY = cstring("key");

const bare = define("fsconfig", NUMBERS, () => [
  FS,
  COMMAND,
  KEY,
  address("value"),
  int("aux"),
]);
const withText = define("fsconfig", NUMBERS, () => [
  FS,
  COMMAND,
  KEY,
  cstring("value"),
  fd("aux"),
]);
const withBytes = define("fsconfig", NUMBERS, () => [
  FS,
  COMMAND,
  KEY,
  input("value"),
  int("aux"),
]);
const withFd = define("fsconfig", NUMBERS, () => [
  FS,
  COMMAND,
  KEY,
  address("value"),
  fd("aux"),
]);

/** Sets a flag: `fsconfigFlag(fs, "ro")`; see fsconfig(2). Linux 5.2. */
export function fsconfigFlag(fs: Fd, key: string): Syscall {
  return bare(fs, FsconfigCommand.SET_FLAG, key, 0, 0);
}

/**
 * Sets a text: `fsconfigString(fs, "size", "64m")`; see fsconfig(2). Linux 5.2.
 * @throws {SyscallError} `EINVAL` if the file system does not take it.
 */
export function fsconfigString(fs: Fd, key: string, value: Text): Syscall {
  return withText(fs, FsconfigCommand.SET_STRING, key, value, 0);
}

/** Sets bytes, at most 1 MiB; see fsconfig(2). Linux 5.2. */
export function fsconfigBinary(
  fs: Fd,
  key: string,
  value: Uint8Array,
): Syscall {
  return withBytes(
    fs,
    FsconfigCommand.SET_BINARY,
    key,
    value,
    byteLength(value),
  );
}

/** Sets a file, by its path relative to `dirfd`; see fsconfig(2). Linux 5.2. */
export function fsconfigPath(
  fs: Fd,
  key: string,
  dirfd: Fd,
  pathname: Text,
): Syscall {
  return withText(fs, FsconfigCommand.SET_PATH, key, pathname, dirfd);
}

/** Sets the file that `file` refers to as a path; see fsconfig(2). Linux 5.2. */
export function fsconfigPathEmpty(fs: Fd, key: string, file: Fd): Syscall {
  return withText(fs, FsconfigCommand.SET_PATH_EMPTY, key, "", file);
}

/** Sets a descriptor; see fsconfig(2). Linux 5.2; overlayfs takes its layers so since 6.13. */
export function fsconfigFd(fs: Fd, key: string, value: Fd): Syscall {
  return withFd(fs, FsconfigCommand.SET_FD, key, 0, value);
}

/**
 * Makes the superblock as configured, for {@link fsmount}; see fsconfig(2). Linux 5.2.
 * @throws {SyscallError} whatever mounting the file system may fail with; details are read from the context.
 */
export function fsconfigCreate(fs: Fd): Syscall {
  return bare(fs, FsconfigCommand.CMD_CREATE, null, 0, 0);
}

/** Makes a superblock that nobody shares; `EBUSY` if there is one already; see fsconfig(2). Linux 6.6. */
export function fsconfigCreateExcl(fs: Fd): Syscall {
  return bare(fs, FsconfigCommand.CMD_CREATE_EXCL, null, 0, 0);
}

/** Reconfigures the superblock of a context of {@link fspick}; see fsconfig(2). Linux 5.2. */
export function fsconfigReconfigure(fs: Fd): Syscall {
  return bare(fs, FsconfigCommand.CMD_RECONFIGURE, null, 0, 0);
}
