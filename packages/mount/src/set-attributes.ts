import {
  AtFlags,
  type Fd,
  invoke,
  MountAttrFlags,
  mount,
  MountFlags,
  mountSetattr,
  step,
  type Step,
} from "@ns/syscalls";
import {
  type AttributeChange,
  attributesOfOptions,
  changed,
  checkChange,
  clearedBy,
  flagsOfAttributes,
} from "./attributes.ts";
import { MountError } from "./error.ts";
import { mountIdOf } from "./mount-id.ts";
import { isMissing, type MountApi } from "./mount-api.ts";
import { treeOf } from "./mount-filter.ts";
import { mountOf } from "./mounted.ts";
import { type MountInfo, readMountinfo } from "./mountinfo.ts";
import { openPath, Handle } from "./handle.ts";

/** How a change is made. */
export interface SetAttributesOptions extends AttributeChange {
  /** Default: found out by calling. */
  readonly api?: Pick<MountApi, "mountSetattr">;
}

/**
 * The step that changes attributes of the mount at a path, or of the mount that a descriptor is the root of; see
 * mount_setattr(2). Linux 5.12.
 * @throws {TypeError} for a change that cannot be.
 */
export function planSetAttributes(
  target: string | Fd,
  change: AttributeChange,
): Step {
  checkChange(change);
  const { set = 0, propagation, userns, recursive = false } = change;
  const clear = clearedBy(change);
  const path = typeof target === "string" ? target : "";
  const flags =
    (path === "" ? AtFlags.EMPTY_PATH : 0) |
    (recursive ? AtFlags.RECURSIVE : 0);
  return step(
    mountSetattr(
      typeof target === "string" ? AtFlags.FDCWD : target,
      path,
      flags,
      {
        attr_set: userns === undefined ? set : set | MountAttrFlags.IDMAP,
        ...(clear !== 0 && { attr_clr: clear }),
        ...(propagation !== undefined && { propagation }),
        ...(userns !== undefined && { userns_fd: userns }),
      },
    ),
    {},
  );
}

/**
 * Changes attributes of a mount or, all or none, of a tree of mounts; see mount_setattr(2). `target` is the mount
 * point's path, or a descriptor of the root of the mount.
 *
 * Where there is no mount_setattr (before Linux 5.12, or under a filter), the mounts are found in mountinfo and
 * remounted one by one, each by a descriptor that is known to be on it, until none is left that was not changed; after a failure
 * those changed are changed back. A tree being changed is then seen half done by others.
 * @throws {SyscallError} `EINVAL` if nothing is mounted there; `EPERM` for attributes that are locked, see
 *   mount_namespaces(7).
 * @throws {MountError} `ERR_MOUNT_UNSUPPORTED` for what can only be done with mount_setattr; `ERR_MOUNT_PLACE` if
 *   a mount of the tree lies under another and cannot be reached without it.
 */
export function setAttributes(
  target: string | number,
  options: SetAttributesOptions,
): void {
  const { api, ...change } = options;
  const call = planSetAttributes(target, change);
  if (api?.mountSetattr !== false) {
    try {
      invoke(call);
      return;
    } catch (error) {
      // EPERM is a filter's word or the kernel's own: then it says so again
      const mayBeOlder = isMissing(error) && change.userns === undefined;
      if (!mayBeOlder || !isInSight(target)) throw error;
    }
  }
  setByRemount(target, change);
}

/** Whether mountinfo shows a mount: not one that is detached, or out of our root. */
function isInSight(target: string | number): boolean {
  return mountOf(target) !== undefined;
}

function setByRemount(target: string | number, change: AttributeChange): void {
  if (change.userns !== undefined) {
    throw new MountError(
      "ERR_MOUNT_UNSUPPORTED",
      "cannot map the ids of a mount: this takes mount_setattr(2)",
      { hint: "Linux 5.12, and no seccomp filter that refuses it" },
    );
  }
  using place =
    typeof target === "string" ? openPath(target) : Handle.borrow(target);
  // what mountinfo does not show would seem to be done
  if (!isInSight(place.fd)) {
    throw new MountError(
      "ERR_MOUNT_UNSUPPORTED",
      "cannot change the attributes of a mount that is detached or out of sight: this takes mount_setattr(2)",
      { hint: "Linux 5.12" },
    );
  }
  const id = mountIdOf(place.fd);
  if (change.set !== undefined || change.clear !== undefined)
    remountUntilDone(id, change, place);
  if (change.propagation !== undefined) {
    const flags =
      change.propagation | (change.recursive === true ? MountFlags.REC : 0);
    invoke(mount(null, place.procPath(), null, flags));
  }
}

/** Mounts may come while others are changed. */
const MAX_PASSES = 16;

/** A mount that was changed, and what it was before. */
interface Changed {
  readonly place: Handle;
  readonly before: number;
}

function remountUntilDone(
  id: number,
  change: AttributeChange,
  top: Handle,
): void {
  const done: Changed[] = [];
  try {
    for (let pass = 0; pass < MAX_PASSES; pass++) {
      const todo = unchanged(id, change);
      if (todo.length === 0) return;
      for (const each of todo) done.push(changeOne(each, id, change, top));
    }
    throw new MountError(
      "ERR_MOUNT_PLACE",
      `cannot change a tree of mounts: others are being mounted in it, ${MAX_PASSES} times over`,
    );
  } catch (error) {
    for (const { place, before } of done.reverse()) remount(place, before);
    throw error;
  } finally {
    for (const { place } of done) place.close();
  }
}

/** The mounts that are not yet as they should be. */
function unchanged(id: number, change: AttributeChange): MountInfo[] {
  const tree = treeOf(readMountinfo(), id);
  const wanted = change.recursive === true ? tree : tree.slice(0, 1);
  return wanted.filter(({ mountOptions }) => {
    const now = attributesOfOptions(mountOptions);
    return changed(now, change) !== now;
  });
}

/** Remounts one mount; it stays held until all are done. */
function changeOne(
  { mountId, mountPoint, mountOptions }: MountInfo,
  topId: number,
  change: AttributeChange,
  top: Handle,
): Changed {
  const place =
    mountId === topId
      ? Handle.borrow(top.fd)
      : openPath(mountPoint, { follow: false });
  try {
    if (mountIdOf(place.fd) !== mountId) {
      throw new MountError(
        "ERR_MOUNT_PLACE",
        `cannot change the mount at '${mountPoint}': another one covers it`,
        { hint: "mount_setattr(2) reaches it: Linux 5.12" },
      );
    }
    const before = attributesOfOptions(mountOptions);
    remount(place, changed(before, change));
    return { place, before };
  } catch (error) {
    place.close();
    throw error;
  }
}

function remount(place: Handle, attributes: number): void {
  const flags =
    MountFlags.REMOUNT | MountFlags.BIND | flagsOfAttributes(attributes);
  invoke(mount(null, place.procPath(), null, flags));
}
