import type { Fd, Text } from "../argument.ts";
import { AtFlags, FileMode, RenameFlags } from "../constants/file.ts";
import { fd, flags, int, octal, type Param } from "../param.ts";
import { dest, output, path } from "../pointer.ts";
import { define, type Syscall } from "../syscall.ts";

const { SYMLINK_FOLLOW, REMOVEDIR, EMPTY_PATH } = AtFlags;
const DIRFD = fd("dirfd");
const PATHNAME = path("pathname");

const sysMkdirat = define(
  "mkdirat",
  { x64: 258, arm64: 34 },
  () => [DIRFD, PATHNAME, octal("mode")],
  { man: "mkdir(2)" },
);

/** Makes a directory; see mkdir(2). */
export function mkdirat(dirfd: Fd, pathname: Text, mode: number): Syscall {
  return sysMkdirat(dirfd, pathname, mode);
}

const sysMknodat = define(
  "mknodat",
  { x64: 259, arm64: 33 },
  () => [DIRFD, PATHNAME, fileMode("mode"), device("dev")],
  {
    man: "mknod(2)",
  },
);

/**
 * Makes a device, FIFO, socket or file, as the `S_IF*` of `mode` says; see mknod(2).
 * @throws {SyscallError} `EPERM` for a device outside the initial user namespace, but 0:0, the whiteout.
 */
export function mknodat(
  dirfd: Fd,
  pathname: Text,
  mode: number,
  dev = 0,
): Syscall {
  return sysMknodat(dirfd, pathname, mode, dev);
}

/** A device number as mknod(2) takes it; see makedev(3). */
export function makedev(major: number, minor: number): number {
  if (major < 0 || major > 0xfff || minor < 0 || minor > 0xfffff) {
    throw new RangeError(
      `invalid device '${major}:${minor}': expected at most 4095:1048575`,
    );
  }
  return ((minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12)) >>> 0;
}

const sysSymlinkat = define(
  "symlinkat",
  { x64: 266, arm64: 36 },
  () => [path("target"), fd("newdirfd"), dest("linkpath")],
  {
    man: "symlink(2)",
  },
);

/** Makes a symbolic link at `linkPath` whose text is `target`; see symlink(2). */
export function symlinkat(target: Text, newDirfd: Fd, linkPath: Text): Syscall {
  return sysSymlinkat(target, newDirfd, linkPath);
}

const sysLinkat = define(
  "linkat",
  { x64: 265, arm64: 37 },
  () => [
    fd("olddirfd"),
    path("oldpath"),
    fd("newdirfd"),
    dest("newpath"),
    flags("flags", { prefix: "AT_", values: { SYMLINK_FOLLOW, EMPTY_PATH } }),
  ],
  { man: "link(2)" },
);

/** Makes another name of a file; see link(2). */
export function linkat(
  oldDirfd: Fd,
  oldPath: Text,
  newDirfd: Fd,
  newPath: Text,
  atFlags = 0,
): Syscall {
  return sysLinkat(oldDirfd, oldPath, newDirfd, newPath, atFlags);
}

const sysUnlinkat = define(
  "unlinkat",
  { x64: 263, arm64: 35 },
  () => [
    DIRFD,
    PATHNAME,
    flags("flags", { prefix: "AT_", values: { REMOVEDIR } }),
  ],
  { man: "unlink(2)" },
);

/** Removes a name, or with `AT_REMOVEDIR` an empty directory; see unlink(2). */
export function unlinkat(dirfd: Fd, pathname: Text, atFlags = 0): Syscall {
  return sysUnlinkat(dirfd, pathname, atFlags);
}

const sysRenameat2 = define(
  "renameat2",
  { x64: 316, arm64: 276 },
  () => [
    fd("olddirfd"),
    path("oldpath"),
    fd("newdirfd"),
    dest("newpath"),
    flags("flags", { prefix: "RENAME_", values: RenameFlags }),
  ],
  { man: "rename(2)" },
);

/** Renames a file, replacing what has the new name unless the flags say otherwise; see rename(2). Linux 3.15. */
export function renameat2(
  oldDirfd: Fd,
  oldPath: Text,
  newDirfd: Fd,
  newPath: Text,
  renameFlags = 0,
): Syscall {
  return sysRenameat2(oldDirfd, oldPath, newDirfd, newPath, renameFlags);
}

const sysReadlinkat = define(
  "readlinkat",
  { x64: 267, arm64: 78 },
  () => [DIRFD, PATHNAME, output("buf"), int("bufsiz")],
  {
    man: "readlink(2)",
  },
);

/** Puts a symbolic link's text in `buf`, without a NUL; the result is its length, cut to fit; see readlink(2). */
export function readlinkat(
  dirfd: Fd,
  pathname: Text,
  buf: Uint8Array,
): Syscall {
  return sysReadlinkat(dirfd, pathname, buf, buf.byteLength);
}

function fileMode(name: string): Param<number> {
  const { IFSOCK, IFLNK, IFREG, IFBLK, IFDIR, IFCHR, IFIFO } = FileMode;
  const types = Object.entries({
    IFSOCK,
    IFLNK,
    IFREG,
    IFBLK,
    IFDIR,
    IFCHR,
    IFIFO,
  });
  const bits = octal(name);
  return {
    ...bits,
    format: (value) => {
      const type = types.find(([, each]) => each === (value & FileMode.IFMT));
      return type === undefined
        ? bits.format(value)
        : `S_${type[0]}|${bits.format(value & ~FileMode.IFMT)}`;
    },
  };
}

function device(name: string): Param<number> {
  return {
    ...int(name),
    format: (value) => {
      const major = (value >>> 8) & 0xfff;
      const minor = (value & 0xff) | ((value >>> 12) & 0xfff00);
      return value === 0
        ? "0"
        : `makedev(0x${major.toString(16)}, 0x${minor.toString(16)})`;
    },
  };
}
