import type { Captures, Fd } from "../argument.ts";
import { CloseRangeFlags, OpenFlags, SeekWhence } from "../constants/file.ts";
import { FlockOperations } from "../constants/filesystem.ts";
import { fd, flags, int, oneOf } from "../param.ts";
import { byteLength, input, output, sizeOf } from "../pointer.ts";
import { define, type Syscall } from "../syscall.ts";

const sysRead = define("read", { x64: 0, arm64: 63 }, () => [
  fd("fd"),
  output("buf"),
  int("count"),
]);

/** Reads into `buf`; the result is how many bytes came, 0 at the end of the file; see read(2). */
export function read(
  from: Fd,
  buf: ArrayBufferView | Captures,
  count: number = sizeOf(buf),
): Syscall {
  return sysRead(from, buf, count);
}

const sysWrite = define("write", { x64: 1, arm64: 64 }, () => [
  fd("fd"),
  input("buf"),
  int("count"),
]);

/** Writes `data`; the result is how many bytes went, which may be fewer; see write(2). */
export function write(to: Fd, data: Uint8Array | string): Syscall {
  return sysWrite(to, data, byteLength(data));
}

const sysLseek = define("lseek", { x64: 8, arm64: 62 }, () => [
  fd("fd"),
  int("offset"),
  oneOf("whence", { prefix: "SEEK_", values: SeekWhence }),
]);

/** Moves a descriptor's offset; the result is the new one; see lseek(2). */
export function lseek(of: Fd, offset: number, whence: number): Syscall {
  return sysLseek(of, offset, whence);
}

const sysClose = define("close", { x64: 3, arm64: 57 }, () => [fd("fd")]);

/** Closes a descriptor; see close(2). It is gone even if the result is an error. */
export function close(which: Fd): Syscall {
  return sysClose(which);
}

const sysCloseRange = define("close_range", { x64: 436, arm64: 436 }, () => [
  fd("first"),
  int("last"),
  flags("flags", { prefix: "CLOSE_RANGE_", values: CloseRangeFlags }),
]);

/** Every descriptor from `first` on, for {@link closeRange}. */
export const LAST_FD = 0xffffffff;

/** Closes the descriptors from `first` to `last`, or marks them close-on-exec; see close_range(2). Linux 5.9. */
export function closeRange(
  first: Fd,
  last: number = LAST_FD,
  closeRangeFlags = 0,
): Syscall {
  return sysCloseRange(first, last, closeRangeFlags);
}

const sysDup3 = define("dup3", { x64: 292, arm64: 24 }, () => [
  fd("oldfd"),
  fd("newfd"),
  flags("flags", { prefix: "O_", values: { CLOEXEC: OpenFlags.CLOEXEC } }),
]);

/**
 * Makes `newFd` another name of `oldFd`, closing what it was; see dup(2).
 * @throws {SyscallError} `EINVAL` if they are the same.
 */
export function dup3(oldFd: Fd, newFd: Fd, openFlags = 0): Syscall {
  return sysDup3(oldFd, newFd, openFlags);
}

const sysFtruncate = define("ftruncate", { x64: 77, arm64: 46 }, () => [
  fd("fd"),
  int("length"),
]);

/** Sets a file's size in bytes; see truncate(2). */
export function ftruncate(file: Fd, length: number): Syscall {
  return sysFtruncate(file, length);
}

const sysFlock = define("flock", { x64: 73, arm64: 32 }, () => [
  fd("fd"),
  flags("operation", { prefix: "LOCK_", values: FlockOperations }),
]);

/**
 * Locks or unlocks an open file, for all who share the file description; see flock(2).
 * @throws {SyscallError} `EAGAIN` with `LOCK_NB` if another has it.
 */
export function flock(file: Fd, operation: number): Syscall {
  return sysFlock(file, operation);
}

const sysEventfd2 = define(
  "eventfd2",
  { x64: 290, arm64: 19 },
  () => [
    int("initval"),
    flags("flags", {
      prefix: "EFD_",
      values: {
        SEMAPHORE: 0x1,
        CLOEXEC: OpenFlags.CLOEXEC,
        NONBLOCK: OpenFlags.NONBLOCK,
      },
    }),
  ],
  { man: "eventfd(2)" },
);

/** Makes a counter that can be waited for; the result is its descriptor; flags are `O_CLOEXEC`, `O_NONBLOCK`; see eventfd(2). */
export function eventfd2(initialValue = 0, eventfdFlags = 0): Syscall {
  return sysEventfd2(initialValue, eventfdFlags);
}

const sysGetrandom = define("getrandom", { x64: 318, arm64: 278 }, () => [
  output("buf"),
  int("buflen"),
  flags("flags", {
    prefix: "GRND_",
    values: { NONBLOCK: 0x1, RANDOM: 0x2, INSECURE: 0x4 },
  }),
]);

/** Fills `buf` with random bytes; the result is how many; see getrandom(2). Linux 3.17. */
export function getrandom(buf: Uint8Array, randomFlags = 0): Syscall {
  return sysGetrandom(buf, buf.byteLength, randomFlags);
}
