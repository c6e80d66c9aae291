import type { Fd } from "../argument.ts";
import { address, fd, int } from "../param.ts";
import { define, type Syscall } from "../syscall.ts";

const sysSendfile = define("sendfile", { x64: 40, arm64: 71 }, () => [
  fd("out_fd"),
  fd("in_fd"),
  address("offset"),
  int("count"),
]);

/** Copies up to `count` bytes between descriptors within the kernel; the result is how many; see sendfile(2). */
export function sendfile(outFd: Fd, inFd: Fd, count: number): Syscall {
  return sysSendfile(outFd, inFd, 0, count);
}

const sysCopyFileRange = define(
  "copy_file_range",
  { x64: 326, arm64: 285 },
  () => [
    fd("fd_in"),
    address("off_in"),
    fd("fd_out"),
    address("off_out"),
    int("size"),
    int("flags"),
  ],
);

/**
 * Copies up to `size` bytes between files within the kernel, sharing blocks where the file system can; the
 * result is how many; see copy_file_range(2). Linux 4.5.
 * @throws {SyscallError} `EXDEV` between file systems that do not allow it.
 */
export function copyFileRange(fdIn: Fd, fdOut: Fd, size: number): Syscall {
  return sysCopyFileRange(fdIn, 0, fdOut, 0, size, 0);
}

const sysFsync = define("fsync", { x64: 74, arm64: 82 }, () => [fd("fd")]);

/** Writes a file, data and attributes, to its disk; see fsync(2). */
export function fsync(file: Fd): Syscall {
  return sysFsync(file);
}

const sysFdatasync = define(
  "fdatasync",
  { x64: 75, arm64: 83 },
  () => [fd("fd")],
  {
    man: "fsync(2)",
  },
);

/** Writes a file's data to its disk; see fsync(2). */
export function fdatasync(file: Fd): Syscall {
  return sysFdatasync(file);
}

const sysSyncfs = define("syncfs", { x64: 306, arm64: 267 }, () => [fd("fd")], {
  man: "sync(2)",
});

/** Writes the whole file system that a descriptor's file is on to its disk; see sync(2). */
export function syncfs(file: Fd): Syscall {
  return sysSyncfs(file);
}

const sysSync = define("sync", { x64: 162, arm64: 81 }, () => []);

/** Writes all file systems to their disks; see sync(2). */
export function sync(): Syscall {
  return sysSync();
}
