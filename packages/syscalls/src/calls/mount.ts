import type { Text } from "../argument.ts";
import { MountFlags, UmountFlags } from "../constants/mount.ts";
import { flags } from "../param.ts";
import { cstring, dest, path } from "../pointer.ts";
import { define, type Syscall } from "../syscall.ts";

const sysMount = define("mount", { x64: 165, arm64: 40 }, () => [
  path("source"),
  dest("target"),
  cstring("filesystemtype"),
  flags("mountflags", { prefix: "MS_", values: MountFlags }),
  cstring("data"),
]);

/**
 * Mounts a file system, binds a tree, or changes a mount, as the flags say; see mount(2). Needs
 * CAP_SYS_ADMIN in the user namespace of the mount namespace.
 * @throws {SyscallError} `EPERM` without it, or where a mount flag is locked (mount_namespaces(7));
 *   `ENODEV` for a file system the kernel does not have; `EINVAL` for options it does not take.
 */
export function mount(
  source: Text | null,
  target: Text,
  fsType: string | null,
  mountFlags = 0,
  data: Text | null = null,
): Syscall {
  return sysMount(source, target, fsType, mountFlags, data);
}

const sysUmount2 = define(
  "umount2",
  { x64: 166, arm64: 39 },
  () => [path("target"), umountFlags()],
  { man: "umount(2)" },
);

/**
 * Unmounts what is mounted at `target`; see umount(2).
 * @throws {SyscallError} `EBUSY` if it is in use; `EINVAL` if nothing is mounted there, or it is locked.
 */
export function umount2(target: Text, flagsOfUmount = 0): Syscall {
  return sysUmount2(target, flagsOfUmount);
}

const sysPivotRoot = define("pivot_root", { x64: 155, arm64: 41 }, () => [
  path("new_root"),
  dest("put_old"),
]);

/**
 * Makes the mount at `newRoot` the root of the mount namespace, and puts the old root at `putOld`; see
 * pivot_root(2). Both may be ".": the old root then lies on top, to be detached with `umount2(".", DETACH)`.
 * @throws {SyscallError} `EINVAL` if `newRoot` is no mount point or a mount involved is shared; `EBUSY` if it
 *   is the present root.
 */
export function pivotRoot(newRoot: Text, putOld: Text): Syscall {
  return sysPivotRoot(newRoot, putOld);
}

function umountFlags(): ReturnType<typeof flags> {
  const { FORCE, DETACH, EXPIRE, NOFOLLOW } = UmountFlags;
  const values = {
    MNT_FORCE: FORCE,
    MNT_DETACH: DETACH,
    MNT_EXPIRE: EXPIRE,
    UMOUNT_NOFOLLOW: NOFOLLOW,
  };
  return flags("flags", { prefix: "", values });
}
