import type { Fd, Text } from "../argument.ts";
import {
  FsmountFlags,
  FsopenFlags,
  FspickFlags,
  MountAttrFlags,
  MoveMountFlags,
} from "../constants/mount.ts";
import { fd, flags } from "../param.ts";
import { cstring, dest, path } from "../pointer.ts";
import { define, type Syscall } from "../syscall.ts";

const OPEN_TREE = {
  prefix: "",
  values: {
    OPEN_TREE_CLONE: 0x1,
    OPEN_TREE_CLOEXEC: 0x80000,
    AT_SYMLINK_NOFOLLOW: 0x100,
    AT_NO_AUTOMOUNT: 0x800,
    AT_EMPTY_PATH: 0x1000,
    AT_RECURSIVE: 0x8000,
  },
};

const sysOpenTree = define("open_tree", { x64: 428, arm64: 428 }, () => [
  fd("dirfd"),
  path("pathname"),
  flags("flags", OPEN_TREE),
]);

/**
 * Opens a place in the tree of mounts, or with `OPEN_TREE_CLONE` a detached copy of what is mounted there;
 * the result is a descriptor; see open_tree(2). Linux 5.2.
 */
export function openTree(
  dirfd: Fd,
  pathname: Text,
  openTreeFlags = 0,
): Syscall {
  return sysOpenTree(dirfd, pathname, openTreeFlags);
}

const sysMoveMount = define("move_mount", { x64: 429, arm64: 429 }, () => [
  fd("from_dirfd"),
  path("from_pathname"),
  fd("to_dirfd"),
  dest("to_pathname"),
  flags("flags", { prefix: "MOVE_MOUNT_", values: MoveMountFlags }),
]);

/**
 * Attaches a detached mount, or moves one; see move_mount(2). With `F_EMPTY_PATH` and `T_EMPTY_PATH` both are
 * descriptors, and no path is looked up a second time. Linux 5.2.
 */
export function moveMount(
  fromDirfd: Fd,
  fromPathname: Text,
  toDirfd: Fd,
  toPathname: Text,
  moveMountFlags = 0,
): Syscall {
  return sysMoveMount(
    fromDirfd,
    fromPathname,
    toDirfd,
    toPathname,
    moveMountFlags,
  );
}

const sysFsopen = define("fsopen", { x64: 430, arm64: 430 }, () => [
  cstring("fsname", "path"),
  flags("flags", { prefix: "FSOPEN_", values: FsopenFlags }),
]);

/**
 * Opens a context in which a file system is configured, step by step, with `fsconfig…`; the result is a
 * descriptor; see fsopen(2). What the file system has to say of an error is read from it. Linux 5.2.
 * @throws {SyscallError} `ENODEV` for a file system the kernel does not have.
 */
export function fsopen(fsName: string, fsopenFlags = 0): Syscall {
  return sysFsopen(fsName, fsopenFlags);
}

const sysFsmount = define("fsmount", { x64: 432, arm64: 432 }, () => [
  fd("fsfd"),
  flags("flags", { prefix: "FSMOUNT_", values: FsmountFlags }),
  flags("attr_flags", { prefix: "MOUNT_ATTR_", values: MountAttrFlags }),
]);

/** Makes a detached mount of what a context created; the result is a descriptor; see fsmount(2). Linux 5.2. */
export function fsmount(fsfd: Fd, fsmountFlags = 0, attrFlags = 0): Syscall {
  return sysFsmount(fsfd, fsmountFlags, attrFlags);
}

const sysFspick = define("fspick", { x64: 433, arm64: 433 }, () => [
  fd("dirfd"),
  path("pathname"),
  flags("flags", { prefix: "FSPICK_", values: FspickFlags }),
]);

/** Opens the context of a file system that is mounted, to reconfigure it; see fspick(2). Linux 5.2. */
export function fspick(dirfd: Fd, pathname: Text, fspickFlags = 0): Syscall {
  return sysFspick(dirfd, pathname, fspickFlags);
}
