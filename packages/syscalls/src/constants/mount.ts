/** Flags of mount(2) (`MS_`): include/uapi/linux/mount.h. */
export const MountFlags = {
  RDONLY: 0x1,
  /** Ignore set-user-ID and set-group-ID bits and file capabilities. */
  NOSUID: 0x2,
  /** No device files. */
  NODEV: 0x4,
  /** No programs are executed. */
  NOEXEC: 0x8,
  SYNCHRONOUS: 0x10,
  /** Change the flags of a mount that is there. */
  REMOUNT: 0x20,
  MANDLOCK: 0x40,
  DIRSYNC: 0x80,
  /** Do not follow symbolic links. Linux 5.10. */
  NOSYMFOLLOW: 0x100,
  NOATIME: 0x400,
  NODIRATIME: 0x800,
  /** Make a tree visible in another place too. */
  BIND: 0x1000,
  /** Move a mount. */
  MOVE: 0x2000,
  /** With BIND or a propagation type: the whole tree of mounts. */
  REC: 0x4000,
  SILENT: 0x8000,
  POSIXACL: 0x10000,
  /** Mounts and unmounts do not propagate, and it cannot be bound. */
  UNBINDABLE: 0x20000,
  /** Mounts and unmounts do not propagate. */
  PRIVATE: 0x40000,
  /** They propagate from its master to it, not back. */
  SLAVE: 0x80000,
  /** They propagate both ways among its peers. */
  SHARED: 0x100000,
  RELATIME: 0x200000,
  I_VERSION: 0x800000,
  STRICTATIME: 0x1000000,
  LAZYTIME: 0x2000000,
} as const;

/** Flags of umount2(2): include/linux/fs.h. `MNT_` but for UMOUNT_NOFOLLOW. */
export const UmountFlags = {
  FORCE: 0x1,
  /** Take it out of the tree now, and let it go when it is no longer busy. */
  DETACH: 0x2,
  /** `EAGAIN` the first time, unmount the second. */
  EXPIRE: 0x4,
  /** `UMOUNT_NOFOLLOW`: do not follow a symbolic link. Linux 2.6.34. */
  NOFOLLOW: 0x8,
} as const;

/**
 * Flags of open_tree(2): include/uapi/linux/mount.h. `OPEN_TREE_` for the first two, `AT_` for the rest;
 * CLOEXEC is `O_CLOEXEC`. Linux 5.2.
 */
export const OpenTreeFlags = {
  /** A detached copy, to be attached with move_mount. */
  CLONE: 0x1,
  CLOEXEC: 0x80000,
  SYMLINK_NOFOLLOW: 0x100,
  NO_AUTOMOUNT: 0x800,
  EMPTY_PATH: 0x1000,
  /** With CLONE: the whole tree of mounts. */
  RECURSIVE: 0x8000,
} as const;

/** Flags of move_mount(2) (`MOVE_MOUNT_`): include/uapi/linux/mount.h. Linux 5.2. */
export const MoveMountFlags = {
  F_SYMLINKS: 0x1,
  F_AUTOMOUNTS: 0x2,
  /** The mount to be moved is that of the descriptor. */
  F_EMPTY_PATH: 0x4,
  T_SYMLINKS: 0x10,
  T_AUTOMOUNTS: 0x20,
  /** The place it goes to is that of the descriptor. */
  T_EMPTY_PATH: 0x40,
  /** Set the sharing of the target from the source instead. Linux 5.15. */
  SET_GROUP: 0x100,
  /** Mount below the mount on top. Linux 6.5. */
  BENEATH: 0x200,
} as const;

/** Flags of fsopen(2) (`FSOPEN_`): include/uapi/linux/mount.h. Linux 5.2. */
export const FsopenFlags = { CLOEXEC: 0x1 } as const;

/** Flags of fsmount(2) (`FSMOUNT_`): include/uapi/linux/mount.h. Linux 5.2. */
export const FsmountFlags = { CLOEXEC: 0x1 } as const;

/** Flags of fspick(2) (`FSPICK_`): include/uapi/linux/mount.h. Linux 5.2. */
export const FspickFlags = {
  CLOEXEC: 0x1,
  SYMLINK_NOFOLLOW: 0x2,
  NO_AUTOMOUNT: 0x4,
  EMPTY_PATH: 0x8,
} as const;

/** Commands of fsconfig(2) (`FSCONFIG_`): enum fsconfig_command of include/uapi/linux/mount.h. Linux 5.2. */
export const FsconfigCommand = {
  SET_FLAG: 0,
  SET_STRING: 1,
  SET_BINARY: 2,
  SET_PATH: 3,
  SET_PATH_EMPTY: 4,
  SET_FD: 5,
  /** Make the superblock, or take one that is there. */
  CMD_CREATE: 6,
  CMD_RECONFIGURE: 7,
  /** Make a new superblock, never take one that is there. Linux 6.6. */
  CMD_CREATE_EXCL: 8,
} as const;

/** Attributes of a mount (`MOUNT_ATTR_`), for fsmount(2) and mount_setattr(2): include/uapi/linux/mount.h. */
export const MountAttrFlags = {
  RDONLY: 0x1,
  NOSUID: 0x2,
  NODEV: 0x4,
  NOEXEC: 0x8,
  /** The mask of the access time settings; to be cleared when one of them is set. */
  _ATIME: 0x70,
  RELATIME: 0x0,
  NOATIME: 0x10,
  STRICTATIME: 0x20,
  NODIRATIME: 0x80,
  /** Ids are mapped by the user namespace `userns_fd`. Linux 5.12. */
  IDMAP: 0x100000,
  /** Linux 5.14. */
  NOSYMFOLLOW: 0x200000,
} as const;

/** What statmount(2) is asked for (`STATMOUNT_`): include/uapi/linux/mount.h. Linux 6.8. */
export const StatmountMask = {
  SB_BASIC: 0x1,
  MNT_BASIC: 0x2,
  PROPAGATE_FROM: 0x4,
  MNT_ROOT: 0x8,
  MNT_POINT: 0x10,
  FS_TYPE: 0x20,
  /** Linux 6.11. */
  MNT_NS_ID: 0x40,
  /** Linux 6.11. */
  MNT_OPTS: 0x80,
  /** Linux 6.13. */
  FS_SUBTYPE: 0x100,
  /** Linux 6.13. */
  SB_SOURCE: 0x200,
  /** Linux 6.13. */
  OPT_ARRAY: 0x400,
  /** Linux 6.13. */
  OPT_SEC_ARRAY: 0x800,
  /** Linux 6.15. */
  SUPPORTED_MASK: 0x1000,
  /** Linux 6.15. */
  MNT_UIDMAP: 0x2000,
  /** Linux 6.15. */
  MNT_GIDMAP: 0x4000,
} as const;

/** listmount(2): the root of the mount namespace (`LSMT_ROOT`): include/uapi/linux/mount.h. */
export const LSMT_ROOT = 0xffffffffffffffffn;
