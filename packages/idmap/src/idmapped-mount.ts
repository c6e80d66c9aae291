import {
  AtFlags,
  close,
  type Fd,
  invokeAll,
  MountAttrFlags,
  mountSetattr,
  moveMount,
  MoveMountFlags,
  openTree,
  OpenTreeFlags,
  register,
  type Step,
  step,
  SyscallError,
} from "@ns/syscalls";

/** Whether what is mounted below is meant too. */
export interface TreeOptions {
  /** The whole tree of mounts, or only the one mount. Default: false. */
  readonly recursive?: boolean;
}

/** A directory or file that is to be seen in another place, with other owners. */
export interface IdmappedBind extends TreeOptions {
  /** What is to be seen: a path, or a descriptor, which nobody can exchange for another file meanwhile. */
  readonly source: string | Fd;
  /** Where: a path, whose last component is not followed if it is a link, or a descriptor. */
  readonly target: string | Fd;
  /** The user namespace whose map applies: `fd` of a `UserNamespace`, or any but that of the file system itself. */
  readonly userNamespace: Fd;
}

/**
 * Maps the owners in a detached mount, as open_tree(2) or fsmount(2) make it: an id that the map has inside is shown as
 * the one it has outside, and what is created is stored the other way around; see "ID-mapped mounts" in
 * mount_setattr(2). Linux 5.12.
 *
 * Performing it fails with `EINVAL` for a file system that does not support it (tmpfs since Linux 6.3, overlayfs since
 * 5.19), or a mount that is attached; with `EPERM` without CAP_SYS_ADMIN in the user namespace of the file system.
 */
export function idmapMount(
  mount: Fd,
  userNamespace: Fd,
  { recursive = false }: TreeOptions = {},
): Step {
  const flags = AtFlags.EMPTY_PATH | (recursive ? AtFlags.RECURSIVE : 0);
  const call = mountSetattr(mount, "", flags, {
    attr_set: MountAttrFlags.IDMAP,
    userns_fd: userNamespace,
  });
  return step(call, { why: "map the owners" });
}

/**
 * The steps that bind `source` to `target` with the owners mapped: a detached copy, its map, and only then its place
 * in the tree, so that nobody sees it unmapped.
 */
export function idmappedBindSteps(bind: IdmappedBind): Step[] {
  const { source, target, userNamespace, recursive = false } = bind;
  const copy = register("copy");
  const flags =
    OpenTreeFlags.CLONE |
    OpenTreeFlags.CLOEXEC |
    (recursive ? OpenTreeFlags.RECURSIVE : 0);
  const from =
    typeof source === "string"
      ? openTree(AtFlags.FDCWD, source, flags)
      : openTree(source, "", flags | OpenTreeFlags.EMPTY_PATH);
  const { F_EMPTY_PATH, T_EMPTY_PATH } = MoveMountFlags;
  const to =
    typeof target === "string"
      ? moveMount(copy, "", AtFlags.FDCWD, target, F_EMPTY_PATH)
      : moveMount(copy, "", target, "", F_EMPTY_PATH | T_EMPTY_PATH);
  return [
    step(from, { into: copy, why: "copy the mount" }),
    idmapMount(copy, userNamespace, { recursive }),
    step(to, { why: "show it" }),
    close(copy),
  ];
}

/**
 * Binds `source` to `target` with the owners mapped, in the caller's mount namespace; see {@link idmappedBindSteps}.
 * Linux 5.12.
 * @throws {SyscallError} `EINVAL`, `EPERM` as {@link idmapMount}, with a hint; nothing is mounted then.
 */
export function bindIdmapped(bind: IdmappedBind): void {
  try {
    invokeAll(idmappedBindSteps(bind));
  } catch (error) {
    throw withHint(error);
  }
}

const HINTS: Readonly<Record<string, string>> = {
  EINVAL:
    "the file system has to support idmapped mounts (ext4, xfs, btrfs; overlayfs since Linux 5.19, tmpfs since 6.3), and the user namespace must not be its own",
  EPERM:
    "it takes CAP_SYS_ADMIN in the user namespace that mounted the file system, and a mount that is not idmapped yet",
};

function withHint(error: unknown): unknown {
  if (!(error instanceof SyscallError) || error.syscall !== "mount_setattr")
    return error;
  const hint = HINTS[error.code];
  if (hint === undefined) return error;
  const { errno, syscall, call, step: position } = error;
  const why = "map the owners";
  return new SyscallError(
    { errno, syscall, call, step: position, why, hint },
    { cause: error },
  );
}
