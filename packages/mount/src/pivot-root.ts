import {
  AtFlags,
  chdir,
  chroot,
  invokeAll,
  mount,
  MountFlags,
  pivotRoot as pivotRootCall,
  step,
  type Step,
  umount2,
  UmountFlags,
  unlinkat,
} from "@ns/syscalls";
import { atOrBelow, ofType, topMountAt } from "./mount-filter.ts";
import { type MountInfo, readMountinfo } from "./mountinfo.ts";

/** How the root is changed. */
export interface PivotRootOptions {
  /**
   * A directory below the new root, relative to it, where the old root is put. Default none: the old root is laid on the
   * new one for a moment, and no directory is needed, so the new root may be read-only.
   */
  readonly putOld?: string;
  /** With `putOld`: what becomes of the old root. Default `"detach"`, and the directory is removed. */
  readonly oldRoot?: "detach" | "keep";
  /** Whether the new root is a mount already, other than the present root. Default false: it is bound to itself. */
  readonly isMount?: boolean;
}

/**
 * The steps that make `newRoot` the root of the mount namespace, and let go of the old one; see pivot_root(2).
 * `newRoot` becomes a mount by being bound to itself, and what is done to the old root stays here: the mounts must not be
 * shared with another namespace, which `planPropagation("/", "rprivate")` or `"rslave"` sees to first.
 *
 *     bind new new      pivot_root wants a mount, and not the one we are on
 *     chdir new
 *     pivot_root . .    new is the root, with old on top of it, and we stand in old
 *     rslave .          unmounting it is nobody else's business
 *     umount . detach
 *     chdir /
 *
 * In a process of its own: the root and working directory of every process in the mount namespace that had the old
 * root are changed.
 * @throws {TypeError} for a `putOld` that is not below the new root.
 */
export function planPivotRoot(
  newRoot: string,
  options: PivotRootOptions = {},
): Step[] {
  const { putOld, oldRoot = "detach", isMount = false } = options;
  const bind = isMount ? [] : planSelfBind(newRoot);
  if (putOld !== undefined)
    return [...bind, ...planWithPlace(newRoot, putOld, oldRoot)];
  if (oldRoot === "keep")
    throw new TypeError("invalid oldRoot 'keep': expected it with 'putOld'");
  return [
    ...bind,
    step(chdir(newRoot), { why: "pivot without a place for the old root" }),
    step(pivotRootCall(".", "."), { why: "the new root" }),
    ...planDetachHere(),
    chdir("/"),
  ];
}

/** A mount of its own, and where the path leads from now on. */
function planSelfBind(newRoot: string): Step[] {
  const flags = MountFlags.BIND | MountFlags.REC;
  return [
    step(mount(newRoot, newRoot, null, flags), {
      why: "pivot_root wants a mount",
    }),
  ];
}

/** The old root lies on top, at ".". */
function planDetachHere(): Step[] {
  return [
    step(mount(null, ".", null, MountFlags.REC | MountFlags.SLAVE), {
      why: "unmounting it is nobody else's business",
    }),
    step(umount2(".", UmountFlags.DETACH), { why: "let go of the old root" }),
  ];
}

function planWithPlace(
  newRoot: string,
  putOld: string,
  oldRoot: "detach" | "keep",
): Step[] {
  const parts = putOld.split("/").filter((part) => part !== "");
  if (
    parts.length === 0 ||
    parts.includes("..") ||
    parts.includes(".") ||
    putOld.startsWith("/")
  ) {
    throw new TypeError(
      `invalid putOld '${putOld}': expected a path relative to the new root, without '.' and '..'`,
    );
  }
  const place = parts.join("/");
  const pivot = [
    chdir(newRoot),
    step(pivotRootCall(".", place), { why: "the new root" }),
    chdir("/"),
  ];
  if (oldRoot === "keep") return pivot;
  const { DETACH, NOFOLLOW } = UmountFlags;
  return [
    ...pivot,
    step(mount(null, `/${place}`, null, MountFlags.REC | MountFlags.SLAVE), {
      why: "unmounting it is nobody else's business",
    }),
    step(umount2(`/${place}`, DETACH | NOFOLLOW), {
      why: "let go of the old root",
    }),
    step(unlinkat(AtFlags.FDCWD, `/${place}`, AtFlags.REMOVEDIR), {
      // the new root may be read-only, or the directory not empty
      ignore: ["EROFS", "ENOTEMPTY"],
    }),
  ];
}

/** Makes `newRoot` the root, and lets go of the old one; see {@link planPivotRoot}. For this whole process. */
export function pivotRoot(
  newRoot: string,
  options: PivotRootOptions = {},
): void {
  invokeAll(planPivotRoot(newRoot, options));
}

/** What {@link planMoveRoot} needs to know. */
export interface MoveRootOptions {
  /** The mounts as they are, to find those that show the old root's processes and devices. */
  readonly mounts: readonly MountInfo[];
  /** Whether the new root is a mount already, other than the present root. Default false: it is bound to itself. */
  readonly isMount?: boolean;
}

/**
 * The steps that move `newRoot` over the root and change to it, for where pivot_root(2) cannot work: when the root is
 * the initial ramfs. Weaker: the old root stays below, and who may mount in the container could come by a procfs
 * or sysfs of it whose mounts nothing covers; so those are unmounted, or where that is not allowed covered, first.
 */
export function planMoveRoot(
  newRoot: string,
  { mounts, isMount = false }: MoveRootOptions,
): Step[] {
  const inside = atOrBelow(newRoot);
  const revealing = mounts
    .filter(ofType("proc", "sysfs"))
    .filter((mount) => !inside(mount))
    // one may be mounted below another
    .sort((a, b) => b.mountPoint.length - a.mountPoint.length);
  const { REC, SLAVE, MOVE } = MountFlags;
  return [
    ...(isMount ? [] : planSelfBind(newRoot)),
    step(chdir(newRoot), { why: "hold on to the new root" }),
    ...revealing.flatMap(({ mountPoint, fsType }) => [
      mount(null, mountPoint, null, SLAVE | REC),
      planHide(mountPoint, fsType),
    ]),
    step(mount(".", "/", null, MOVE), { why: "the new root, over the old" }),
    chroot("."),
    chdir("/"),
  ];
}

function planHide(mountPoint: string, fsType: string): Step {
  return step(umount2(mountPoint, UmountFlags.DETACH), {
    why: `no ${fsType} of the old root is left in sight`,
    // locked, in a user namespace: then it is covered
    ignore: ["EINVAL", "EPERM"],
    otherwise: [mount("tmpfs", mountPoint, "tmpfs", 0, "size=0,nr_inodes=1")],
  });
}

/** Whether the root is the initial ramfs, which cannot be pivoted away from. */
export function isInitialRoot(mounts: readonly MountInfo[]): boolean {
  return topMountAt(mounts, "/")?.fsType === "rootfs";
}

/** The steps that change the root in the way that works here: {@link planPivotRoot}, or for the initial ramfs {@link planMoveRoot}. */
export function planEnterRoot(
  newRoot: string,
  options: MoveRootOptions,
): Step[] {
  return isInitialRoot(options.mounts)
    ? planMoveRoot(newRoot, options)
    : planPivotRoot(newRoot);
}

/** Changes the root in the way that works here; see {@link planEnterRoot}. For this whole process. */
export function enterRoot(newRoot: string): void {
  invokeAll(planEnterRoot(newRoot, { mounts: readMountinfo() }));
}
