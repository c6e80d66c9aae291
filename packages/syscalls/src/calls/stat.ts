import type { Fd, Text } from "../argument.ts";
import { AtFlags, StatxMask } from "../constants/file.ts";
import { fd, flags } from "../param.ts";
import { output, path } from "../pointer.ts";
import { decodeStruct, type Layout, layout } from "../struct.ts";
import { define, type Syscall } from "../syscall.ts";

type StatfsField =
  | "f_type"
  | "f_bsize"
  | "f_blocks"
  | "f_bfree"
  | "f_bavail"
  | "f_files"
  | "f_ffree"
  | "f_fsid"
  | "f_namelen"
  | "f_frsize"
  | "f_flags";

/** struct statfs of include/uapi/asm-generic/statfs.h. */
export const statfsLayout: Layout<Record<StatfsField, number>> = layout<
  Record<StatfsField, number>
>(
  "statfs",
  {
    f_type: "i64",
    f_bsize: "i64",
    f_blocks: "u64",
    f_bfree: "u64",
    f_bavail: "u64",
    f_files: "u64",
    f_ffree: "u64",
    f_fsid: "u64",
    f_namelen: "i64",
    f_frsize: "i64",
    f_flags: "i64",
  },
  { size: 120 },
);

/** How many bytes {@link statfs} and {@link fstatfs} write. */
export const STATFS_SIZE = 120;

const sysStatfs = define("statfs", { x64: 137, arm64: 43 }, () => [
  path("path"),
  output("buf", STATFS_SIZE),
]);

/** Asks after the file system `pathname` is on; `buf` (`STATFS_SIZE` bytes) is read by {@link parseStatfs}; see statfs(2). */
export function statfs(pathname: Text, buf: Uint8Array): Syscall {
  return sysStatfs(pathname, buf);
}

const sysFstatfs = define(
  "fstatfs",
  { x64: 138, arm64: 44 },
  () => [fd("fd"), output("buf", STATFS_SIZE)],
  { man: "statfs(2)" },
);

/** Asks after the file system that a descriptor's file is on; see statfs(2). */
export function fstatfs(file: Fd, buf: Uint8Array): Syscall {
  return sysFstatfs(file, buf);
}

/** What {@link statfs} says of a file system. */
export interface Statfs {
  /** One of `FilesystemMagic`. */
  readonly type: number;
  /** Bytes of a block. */
  readonly blockSize: number;
  readonly blocks: bigint;
  readonly blocksFree: bigint;
  /** Those that are free to anyone. */
  readonly blocksAvailable: bigint;
  readonly files: bigint;
  readonly filesFree: bigint;
  /** `ST_*`: `StatfsFlags`. */
  readonly flags: number;
}

/** Reads what {@link statfs} left in `buf`. */
export function parseStatfs(buf: Uint8Array): Statfs {
  const raw = decodeStruct(statfsLayout, buf);
  return {
    type: Number(BigInt.asUintN(32, raw.f_type)),
    blockSize: Number(raw.f_bsize),
    blocks: raw.f_blocks,
    blocksFree: raw.f_bfree,
    blocksAvailable: raw.f_bavail,
    files: raw.f_files,
    filesFree: raw.f_ffree,
    flags: Number(raw.f_flags),
  };
}

const STATX = {
  stx_mask: "u32",
  stx_blksize: "u32",
  stx_attributes: "u64",
  stx_nlink: "u32",
  stx_uid: "u32",
  stx_gid: "u32",
  stx_mode: "u16",
  stx_ino: "u64",
  stx_size: "u64",
  stx_blocks: "u64",
  stx_attributes_mask: "u64",
  atime_sec: "i64",
  atime_nsec: "u64",
  btime_sec: "i64",
  btime_nsec: "u64",
  ctime_sec: "i64",
  ctime_nsec: "u64",
  mtime_sec: "i64",
  mtime_nsec: "u64",
  stx_rdev_major: "u32",
  stx_rdev_minor: "u32",
  stx_dev_major: "u32",
  stx_dev_minor: "u32",
  stx_mnt_id: "u64",
} as const;

/** struct statx of include/uapi/linux/stat.h. The nanoseconds are 4 bytes and 4 of padding there. */
export const statxLayout: Layout<Record<keyof typeof STATX, number>> = layout<
  Record<keyof typeof STATX, number>
>("statx", STATX, { size: 256 });

/** How many bytes {@link statx} writes. */
export const STATX_SIZE = 256;

const {
  SYMLINK_NOFOLLOW,
  NO_AUTOMOUNT,
  EMPTY_PATH,
  STATX_DONT_SYNC,
  STATX_FORCE_SYNC,
} = AtFlags;

const sysStatx = define("statx", { x64: 332, arm64: 291 }, () => [
  fd("dirfd"),
  path("pathname"),
  flags("flags", {
    prefix: "AT_",
    values: {
      SYMLINK_NOFOLLOW,
      NO_AUTOMOUNT,
      EMPTY_PATH,
      STATX_DONT_SYNC,
      STATX_FORCE_SYNC,
    },
  }),
  flags("mask", { prefix: "STATX_", values: StatxMask }),
  output("statxbuf", STATX_SIZE),
]);

/**
 * Asks after a file, also for what `fs.stat` does not tell: the mount it is on, and whether it is the root of
 * one; `buf` (`STATX_SIZE` bytes) is read by {@link parseStatx}; see statx(2). Linux 4.11.
 */
export function statx(
  dirfd: Fd,
  pathname: Text,
  atFlags: number,
  mask: number,
  buf: Uint8Array,
): Syscall {
  return sysStatx(dirfd, pathname, atFlags, mask, buf);
}

/** What {@link statx} says of a file; fields that `mask` does not have are zero. */
export interface Statx {
  /** `STATX_*`: which fields are filled in. */
  readonly mask: number;
  readonly mode: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly ino: bigint;
  readonly size: bigint;
  readonly blocks: bigint;
  readonly device: { readonly major: number; readonly minor: number };
  /** Of a device file: which device it is. */
  readonly rdev: { readonly major: number; readonly minor: number };
  /** As in /proc/self/mountinfo, or with `MNT_ID_UNIQUE` as in statmount. Linux 5.8. */
  readonly mountId: bigint;
  /** Whether it is the root of a mount; undefined before Linux 5.8. */
  readonly isMountRoot: boolean | undefined;
}

/** `STATX_ATTR_MOUNT_ROOT`: include/uapi/linux/stat.h. */
const ATTR_MOUNT_ROOT = 0x2000n;

/** Reads what {@link statx} left in `buf`. */
export function parseStatx(buf: Uint8Array): Statx {
  const raw = decodeStruct(statxLayout, buf);
  const knowsMountRoot = (raw.stx_attributes_mask & ATTR_MOUNT_ROOT) !== 0n;
  return {
    mask: Number(raw.stx_mask),
    mode: Number(raw.stx_mode),
    nlink: Number(raw.stx_nlink),
    uid: Number(raw.stx_uid),
    gid: Number(raw.stx_gid),
    ino: raw.stx_ino,
    size: raw.stx_size,
    blocks: raw.stx_blocks,
    device: {
      major: Number(raw.stx_dev_major),
      minor: Number(raw.stx_dev_minor),
    },
    rdev: {
      major: Number(raw.stx_rdev_major),
      minor: Number(raw.stx_rdev_minor),
    },
    mountId: raw.stx_mnt_id,
    isMountRoot: knowsMountRoot
      ? (raw.stx_attributes & ATTR_MOUNT_ROOT) !== 0n
      : undefined,
  };
}
