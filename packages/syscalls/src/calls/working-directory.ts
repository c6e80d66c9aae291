import type { Captures, Fd, Text } from "../argument.ts";
import { fd, int } from "../param.ts";
import { output, path, sizeOf } from "../pointer.ts";
import { define, type Syscall } from "../syscall.ts";

const sysChdir = define("chdir", { x64: 80, arm64: 49 }, () => [path("path")]);

/** Changes the working directory, of all threads of the process; see chdir(2). */
export function chdir(pathname: Text): Syscall {
  return sysChdir(pathname);
}

const sysFchdir = define("fchdir", { x64: 81, arm64: 50 }, () => [fd("fd")], {
  man: "chdir(2)",
});

/** Changes the working directory to the one a descriptor refers to; see chdir(2). */
export function fchdir(directory: Fd): Syscall {
  return sysFchdir(directory);
}

const sysGetcwd = define("getcwd", { x64: 79, arm64: 17 }, () => [
  output("buf"),
  int("size"),
]);

/**
 * Puts the path of the working directory, ended by a NUL, in `buf`; the result is its length with the NUL; see
 * getcwd(2). It begins with `(unreachable)` where the root directory does not show it.
 * @throws {SyscallError} `ENOENT` if it was removed; `ERANGE` if `buf` is too small.
 */
export function getcwd(buf: Uint8Array | Captures): Syscall {
  return sysGetcwd(buf, sizeOf(buf));
}

const sysChroot = define("chroot", { x64: 161, arm64: 51 }, () => [
  path("path"),
]);

/** Changes the root directory, of all threads; see chroot(2). No prison: needs `chdir` after it, and CAP_SYS_CHROOT leads out. */
export function chroot(pathname: Text): Syscall {
  return sysChroot(pathname);
}
