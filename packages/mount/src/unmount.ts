import {
  invoke,
  step,
  type Step,
  SyscallError,
  umount2,
  UmountFlags,
} from "@ns/syscalls";
import { atOrBelow } from "./mount-filter.ts";
import { isMountPoint } from "./mounted.ts";
import { readMountinfo } from "./mountinfo.ts";
import { openPath } from "./handle.ts";

/** How {@link unmount} goes about it. */
export interface UnmountOptions {
  /**
   * Take it out of the tree now, with what is mounted on it, and let it go when it is no longer used: MNT_DETACH.
   * Default false, and it is `EBUSY` while it is used.
   */
  readonly detach?: boolean;
  /** Do not wait for a server that does not answer: MNT_FORCE. Default false. */
  readonly force?: boolean;
  /** Follow a symbolic link at the end of the path. Default false: UMOUNT_NOFOLLOW. */
  readonly follow?: boolean;
}

/** The step that unmounts what is on top at `path`; see umount(2). */
export function planUnmount(
  path: string,
  options: UnmountOptions & { readonly why?: string } = {},
): Step {
  const { detach = false, force = false, follow = false, why } = options;
  const flags =
    (detach ? UmountFlags.DETACH : 0) |
    (force ? UmountFlags.FORCE : 0) |
    (follow ? 0 : UmountFlags.NOFOLLOW);
  return step(umount2(path, flags), { why });
}

/**
 * Unmounts what is on top at `path`; see umount(2). Returns whether anything was mounted there.
 * @throws {SyscallError} `EBUSY` while it is used, unless `detach`; `EINVAL` if it is locked (mount_namespaces(7));
 *   `EPERM` without CAP_SYS_ADMIN; `ENOENT` if there is no such path.
 */
export function unmount(path: string, options: UnmountOptions = {}): boolean {
  try {
    invoke(planUnmount(path, options));
    return true;
  } catch (error) {
    // EINVAL: nothing is mounted there, or it is locked
    if (!isInvalid(error) || isMounted(path, options)) throw error;
    return false;
  }
}

function isInvalid(error: unknown): boolean {
  return error instanceof SyscallError && error.code === "EINVAL";
}

function isMounted(path: string, { follow = false }: UnmountOptions): boolean {
  using place = openPath(path, { follow });
  return isMountPoint(place.fd);
}

/**
 * Unmounts everything at `path` and below, which need not be a mount point itself; moby's RecursiveUnmount. Mounts on
 * top go first. Each is detached, so that none is `EBUSY`. Returns how many mounts there were.
 * @throws {TypeError} unless the path is absolute, without `.` and `..`, and names what mountinfo shows.
 * @throws {SyscallError} of the first that could not be unmounted, once all have been tried.
 */
export function unmountAll(path: string): number {
  const mounts = readMountinfo("self", atOrBelow(path));
  let failure: { readonly error: unknown } | undefined;
  for (const { mountPoint } of mounts.sort(deepestFirst)) {
    try {
      unmount(mountPoint, { detach: true });
    } catch (error) {
      // ENOENT: it was covered, or went with another
      if (!(error instanceof SyscallError && error.code === "ENOENT"))
        failure ??= { error };
    }
  }
  const left = readMountinfo("self", atOrBelow(path));
  if (left.length > 0 && failure !== undefined) throw failure.error;
  return mounts.length - left.length;
}

function deepestFirst(
  { mountPoint: a }: { readonly mountPoint: string },
  { mountPoint: b }: { readonly mountPoint: string },
): number {
  return b.length - a.length;
}
