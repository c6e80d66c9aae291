import type { Arch } from "../arch.ts";

const OPEN = {
  RDONLY: 0x0,
  WRONLY: 0x1,
  RDWR: 0x2,
  CREAT: 0x40,
  /** Fail with `EEXIST` if the file is there. */
  EXCL: 0x80,
  /** A terminal does not become the controlling terminal. */
  NOCTTY: 0x100,
  TRUNC: 0x200,
  APPEND: 0x400,
  NONBLOCK: 0x800,
  DSYNC: 0x1000,
  ASYNC: 0x2000,
  NOATIME: 0x40000,
  CLOEXEC: 0x80000,
  SYNC: 0x101000,
  /** Only a place in the tree: nothing is opened, no permission on the file is needed. */
  PATH: 0x200000,
} as const;

/** The flags whose values differ between architectures. */
interface OpenFlagsOfArch {
  /** Fail with `ENOTDIR` unless it is a directory. */
  readonly DIRECTORY: number;
  /** Fail with `ELOOP` if the last component is a symbolic link. */
  readonly NOFOLLOW: number;
  /** Bypass the page cache. */
  readonly DIRECT: number;
  /** As the kernel has it; it is implied where programs are 64-bit. */
  readonly LARGEFILE: number;
  /** An unnamed file in the directory. Includes DIRECTORY. Linux 3.11. */
  readonly TMPFILE: number;
}

/**
 * Flags of open(2) on one architecture: include/uapi/asm-generic/fcntl.h, and
 * arch/arm64/include/uapi/asm/fcntl.h.
 */
export function openFlagsOf(arch: Arch): typeof OPEN & OpenFlagsOfArch {
  return arch === "arm64"
    ? {
        ...OPEN,
        DIRECTORY: 0x4000,
        NOFOLLOW: 0x8000,
        DIRECT: 0x10000,
        LARGEFILE: 0x20000,
        TMPFILE: 0x404000,
      }
    : {
        ...OPEN,
        DIRECT: 0x4000,
        LARGEFILE: 0x8000,
        DIRECTORY: 0x10000,
        NOFOLLOW: 0x20000,
        TMPFILE: 0x410000,
      };
}

/** Flags of open(2) (`O_`) on the architecture of this process. */
export const OpenFlags: typeof OPEN & OpenFlagsOfArch = openFlagsOf(
  process.arch === "arm64" ? "arm64" : "x64",
);

/** How openat2(2) may resolve a path (`RESOLVE_`): include/uapi/linux/openat2.h. Linux 5.6. */
export const ResolveFlags = {
  /** `EXDEV` if a component is on another mount. */
  NO_XDEV: 0x01,
  /** `ELOOP` for the magic links of procfs: /proc/self/fd/N, /proc/self/exe. */
  NO_MAGICLINKS: 0x02,
  /** `ELOOP` for any symbolic link. */
  NO_SYMLINKS: 0x04,
  /** `EXDEV` if the path leads out of the directory, as `..`, an absolute path or a link may. */
  BENEATH: 0x08,
  /** The directory is the root: `..` stops there, and absolute paths and links start there. */
  IN_ROOT: 0x10,
  /** `EAGAIN` unless the lookup needs no input or output. Linux 5.12. */
  CACHED: 0x20,
} as const;

/** Flags of the calls that take a directory and a path (`AT_`): include/uapi/linux/fcntl.h. */
export const AtFlags = {
  /** The current directory, where a directory's descriptor is wanted. */
  FDCWD: -100,
  /** Act on a symbolic link itself. */
  SYMLINK_NOFOLLOW: 0x100,
  /** unlinkat: remove a directory. */
  REMOVEDIR: 0x200,
  /** faccessat2: by the effective ids; it shares its bit with REMOVEDIR. */
  EACCESS: 0x200,
  /** linkat: follow a symbolic link. */
  SYMLINK_FOLLOW: 0x400,
  /** The last component does not trigger an automount. */
  NO_AUTOMOUNT: 0x800,
  /** With an empty path, act on the descriptor itself. */
  EMPTY_PATH: 0x1000,
  /** statx: what a network file system knows already will do. */
  STATX_DONT_SYNC: 0x4000,
  /** statx: ask the server. */
  STATX_FORCE_SYNC: 0x2000,
  /** open_tree, mount_setattr: the whole tree of mounts. */
  RECURSIVE: 0x8000,
} as const;

/** What faccessat2(2) asks for (`_OK`): include/linux/fs.h. */
export const AccessMode = { F: 0, X: 1, W: 2, R: 4 } as const;

/** A file's type and special bits (`S_`): include/uapi/linux/stat.h. */
export const FileMode = {
  IFMT: 0o170000,
  IFSOCK: 0o140000,
  IFLNK: 0o120000,
  IFREG: 0o100000,
  IFBLK: 0o060000,
  IFDIR: 0o040000,
  IFCHR: 0o020000,
  IFIFO: 0o010000,
  ISUID: 0o4000,
  ISGID: 0o2000,
  ISVTX: 0o1000,
} as const;

/** Flags of renameat2(2) (`RENAME_`): include/uapi/linux/fs.h. */
export const RenameFlags = {
  /** `EEXIST` if the new name is there. */
  NOREPLACE: 0x1,
  /** Swap the two. */
  EXCHANGE: 0x2,
  /** Leave a whiteout, as overlayfs does. */
  WHITEOUT: 0x4,
} as const;

/** Flags of close_range(2) (`CLOSE_RANGE_`): include/uapi/linux/close_range.h. */
export const CloseRangeFlags = {
  /** Take a copy of the descriptor table first. Linux 5.9. */
  UNSHARE: 0x2,
  /** Set close-on-exec instead of closing. Linux 5.11. */
  CLOEXEC: 0x4,
} as const;

/** Flags of memfd_create(2) (`MFD_`): include/uapi/linux/memfd.h. */
export const MfdFlags = {
  CLOEXEC: 0x1,
  ALLOW_SEALING: 0x2,
  HUGETLB: 0x4,
  /** The file can never be executed. Linux 6.3. */
  NOEXEC_SEAL: 0x8,
  /** The file may be executed, whatever vm.memfd_noexec says. Linux 6.3. */
  EXEC: 0x10,
} as const;

/** Where lseek(2) counts from (`SEEK_`): include/uapi/linux/fs.h. */
export const SeekWhence = { SET: 0, CUR: 1, END: 2, DATA: 3, HOLE: 4 } as const;

/** What statx(2) is asked for and answers (`STATX_`): include/uapi/linux/stat.h. */
export const StatxMask = {
  TYPE: 0x1,
  MODE: 0x2,
  NLINK: 0x4,
  UID: 0x8,
  GID: 0x10,
  ATIME: 0x20,
  MTIME: 0x40,
  CTIME: 0x80,
  INO: 0x100,
  SIZE: 0x200,
  BLOCKS: 0x400,
  BASIC_STATS: 0x7ff,
  BTIME: 0x800,
  /** Linux 5.8. */
  MNT_ID: 0x1000,
  /** A mount id that is never used again. Linux 6.8. */
  MNT_ID_UNIQUE: 0x4000,
} as const;
