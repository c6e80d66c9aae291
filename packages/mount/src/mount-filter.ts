import type { MountFilter, MountInfo } from "./mountinfo.ts";

/** The mounts at `path` and below it; moby's PrefixFilter. */
export function atOrBelow(path: string): MountFilter {
  const top = absolute(path);
  const prefix = top === "/" ? "/" : `${top}/`;
  return ({ mountPoint }) =>
    mountPoint === top || mountPoint.startsWith(prefix);
}

/** The mounts at `path`, which may lie one above the other; moby's SingleEntryFilter. */
export function at(path: string): MountFilter {
  const point = absolute(path);
  return ({ mountPoint }) => mountPoint === point;
}

/** The mounts that `path` is on, from `/` to `path` itself; moby's ParentsFilter. */
export function atOrAbove(path: string): MountFilter {
  const below = absolute(path);
  return ({ mountPoint }) =>
    mountPoint === below ||
    mountPoint === "/" ||
    below.startsWith(`${mountPoint}/`);
}

/** The mounts of file systems of these types; moby's FSTypeFilter. A subtype is part of the type: `fuse.sshfs`. */
export function ofType(...fsTypes: readonly string[]): MountFilter {
  const wanted = new Set(fsTypes);
  return ({ fsType }) => wanted.has(fsType);
}

/** The mounts that every filter wants. */
export function every(...filters: readonly MountFilter[]): MountFilter {
  return (mount) => filters.every((filter) => filter(mount));
}

/** Of the mounts at `path`, the one on top, which is what a lookup finds; undefined if there is none. */
export function topMountAt(
  mounts: readonly MountInfo[],
  path: string,
): MountInfo | undefined {
  const here = mounts.filter(at(path));
  const covered = new Set(
    here.filter((mount) => mount.mountId !== mount.parentId).map(parentId),
  );
  return here.findLast(({ mountId }) => !covered.has(mountId)) ?? here.at(-1);
}

function parentId(mount: MountInfo): number {
  return mount.parentId;
}

/** A mount and those on it and on them, parents first; the order a tree can be changed in. */
export function treeOf(
  mounts: readonly MountInfo[],
  mountId: number,
): MountInfo[] {
  const children = Map.groupBy(
    mounts.filter((mount) => mount.mountId !== mount.parentId),
    parentId,
  );
  const tree = mounts.filter((mount) => mount.mountId === mountId);
  for (const mount of tree) tree.push(...(children.get(mount.mountId) ?? []));
  return tree;
}

/**
 * The path itself.
 * @throws {TypeError} for one that no mount point can be compared with.
 */
function absolute(path: string): string {
  if (!path.startsWith("/"))
    throw new TypeError(`invalid path '${path}': expected an absolute path`);
  if (/\/\.{0,2}(?:\/|$)/.test(path) && path !== "/") {
    throw new TypeError(
      `invalid path '${path}': expected one without '.', '..' and empty components`,
    );
  }
  return path;
}
