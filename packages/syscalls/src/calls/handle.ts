import type { Fd, Text } from "../argument.ts";
import { AtFlags } from "../constants/file.ts";
import { fd, flags } from "../param.ts";
import { input, output, path } from "../pointer.ts";
import { openFlags } from "./open.ts";
import { define, type Syscall } from "../syscall.ts";

/** The longest handle: include/linux/fs.h (`MAX_HANDLE_SZ`). */
const MAX_HANDLE_SIZE = 128;
/** struct file_handle of include/uapi/linux/fcntl.h, before the handle: how long it is, and its type. */
const HEADER_SIZE = 8;

const { SYMLINK_FOLLOW, EMPTY_PATH } = AtFlags;

const sysNameToHandleAt = define(
  "name_to_handle_at",
  { x64: 303, arm64: 264 },
  () => [
    fd("dirfd"),
    path("pathname"),
    output("handle", HEADER_SIZE),
    output("mount_id", 4),
    flags("flags", { prefix: "AT_", values: { SYMLINK_FOLLOW, EMPTY_PATH } }),
  ],
);

/** Room for a file handle, as {@link nameToHandleAt} wants it. */
export function fileHandleBuffer(): Uint8Array {
  const buffer = new Uint8Array(HEADER_SIZE + MAX_HANDLE_SIZE);
  new DataView(buffer.buffer).setUint32(0, MAX_HANDLE_SIZE, true);
  return buffer;
}

/**
 * Puts a handle of a file, which names it beyond renames and reboots, in `handle`, and the id of its mount in
 * `mountId`; see open_by_handle_at(2). On cgroup2 the 8 bytes of the handle are the cgroup's id.
 * @throws {SyscallError} `EOPNOTSUPP` where the file system has no handles.
 */
export function nameToHandleAt(
  dirfd: Fd,
  pathname: Text,
  handle: Uint8Array,
  mountId: Int32Array,
  atFlags = 0,
): Syscall {
  return sysNameToHandleAt(dirfd, pathname, handle, mountId, atFlags);
}

/** The handle proper: what {@link nameToHandleAt} left in `handle`, after its length and type. */
export function fileHandleBytes(handle: Uint8Array): Uint8Array {
  const length = new DataView(handle.buffer, handle.byteOffset).getUint32(
    0,
    true,
  );
  return handle.subarray(HEADER_SIZE, HEADER_SIZE + length);
}

const sysOpenByHandleAt = define(
  "open_by_handle_at",
  { x64: 304, arm64: 265 },
  () => [fd("mount_fd"), input("handle"), openFlags("flags")],
);

/**
 * Opens the file of a handle, whatever directories are above it; `mountFd` is any file on its file system; see
 * open_by_handle_at(2). Needs CAP_DAC_READ_SEARCH, in the initial user namespace before Linux 6.11.
 * @throws {SyscallError} `ESTALE` if the file is gone.
 */
export function openByHandleAt(
  mountFd: Fd,
  handle: Uint8Array,
  flagsOfOpen: number,
): Syscall {
  return sysOpenByHandleAt(mountFd, handle, flagsOfOpen);
}
