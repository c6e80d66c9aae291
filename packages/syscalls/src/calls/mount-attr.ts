import type { Fd, Text } from "../argument.ts";
import { AtFlags, OpenFlags } from "../constants/file.ts";
import { MountAttrFlags, MountFlags } from "../constants/mount.ts";
import { fd, flags, int, word } from "../param.ts";
import { path, struct } from "../pointer.ts";
import { type Layout, layout } from "../struct.ts";
import { define, type Syscall } from "../syscall.ts";

/** What mount_setattr(2) changes: struct mount_attr. Fields left out are zero. */
export interface MountAttr {
  /** `MOUNT_ATTR_*` to set. */
  readonly attr_set?: number | bigint | undefined;
  /** `MOUNT_ATTR_*` to clear, before `attr_set` is set. */
  readonly attr_clr?: number | bigint | undefined;
  /** One of `MS_SHARED`, `MS_SLAVE`, `MS_PRIVATE`, `MS_UNBINDABLE`. */
  readonly propagation?: number | bigint | undefined;
  /** The user namespace whose map applies, with `MOUNT_ATTR_IDMAP`. */
  readonly userns_fd?: Fd | undefined;
}

const { SYMLINK_NOFOLLOW, NO_AUTOMOUNT, EMPTY_PATH, RECURSIVE } = AtFlags;
const ATTRIBUTES = flags("attr", {
  prefix: "MOUNT_ATTR_",
  values: MountAttrFlags,
});

/** struct mount_attr of include/uapi/linux/mount.h. */
export const mountAttrLayout: Layout<MountAttr> = layout<MountAttr>(
  "mount_attr",
  {
    attr_set: { type: "u64", param: ATTRIBUTES },
    attr_clr: { type: "u64", param: ATTRIBUTES },
    propagation: {
      type: "u64",
      param: flags("propagation", { prefix: "MS_", values: MountFlags }),
    },
    userns_fd: { type: "u64", param: word("userns_fd") },
  },
);

const sysMountSetattr = define(
  "mount_setattr",
  { x64: 442, arm64: 442 },
  () => [
    fd("dirfd"),
    path("pathname"),
    flags("flags", {
      prefix: "AT_",
      values: { SYMLINK_NOFOLLOW, NO_AUTOMOUNT, EMPTY_PATH, RECURSIVE },
    }),
    struct("attr", mountAttrLayout),
    int("size"),
  ],
);

/**
 * Changes attributes of a mount, or with `AT_RECURSIVE` of a whole tree, at once or not at all; see
 * mount_setattr(2). Linux 5.12.
 * @throws {SyscallError} `EINVAL` to idmap a mount that is attached already, or a file system that does not
 *   allow it; `EPERM` for flags that are locked.
 */
export function mountSetattr(
  dirfd: Fd,
  pathname: Text,
  atFlags: number,
  attr: MountAttr,
): Syscall {
  return sysMountSetattr(dirfd, pathname, atFlags, attr, mountAttrLayout.size);
}

const sysOpenTreeAttr = define(
  "open_tree_attr",
  { x64: 467, arm64: 467 },
  () => [
    fd("dirfd"),
    path("pathname"),
    flags("flags", {
      prefix: "",
      values: {
        OPEN_TREE_CLONE: 0x1,
        OPEN_TREE_CLOEXEC: OpenFlags.CLOEXEC,
        AT_SYMLINK_NOFOLLOW: SYMLINK_NOFOLLOW,
        AT_NO_AUTOMOUNT: NO_AUTOMOUNT,
        AT_EMPTY_PATH: EMPTY_PATH,
        AT_RECURSIVE: RECURSIVE,
      },
    }),
    struct("attr", mountAttrLayout),
    int("size"),
  ],
  { man: "open_tree(2)" },
);

/** As `openTree`, with the attributes of the copy changed before anyone sees it; see open_tree(2). Linux 6.15. */
export function openTreeAttr(
  dirfd: Fd,
  pathname: Text,
  openTreeFlags: number,
  attr: MountAttr,
): Syscall {
  return sysOpenTreeAttr(
    dirfd,
    pathname,
    openTreeFlags,
    attr,
    mountAttrLayout.size,
  );
}
