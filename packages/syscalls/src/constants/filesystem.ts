/**
 * Which file system it is: `f_type` of statfs(2) (`_MAGIC`, `_SUPER_MAGIC`): include/uapi/linux/magic.h;
 * those of XFS, NTFS3 and FAT's kin that user space is not told are left out.
 */
export const FilesystemMagic = {
  EXT4: 0xef53,
  BTRFS: 0x9123683e,
  F2FS: 0xf2f52010,
  SQUASHFS: 0x73717368,
  EROFS: 0xe0f5e1e2,
  ISOFS: 0x9660,
  MSDOS: 0x4d44,
  OVERLAYFS: 0x794c7630,
  FUSE: 0x65735546,
  NFS: 0x6969,
  CIFS: 0xff534d42,
  V9FS: 0x01021997,
  TMPFS: 0x01021994,
  RAMFS: 0x858458f6,
  PROC: 0x9fa0,
  SYSFS: 0x62656572,
  DEVPTS: 0x1cd1,
  CGROUP: 0x27e0eb,
  CGROUP2: 0x63677270,
  NSFS: 0x6e736673,
  PIPEFS: 0x50495045,
  SOCKFS: 0x534f434b,
  ANON_INODE: 0x09041934,
  BPF: 0xcafe4a11,
  DEBUGFS: 0x64626720,
  TRACEFS: 0x74726163,
  SECURITYFS: 0x73636673,
  SELINUX: 0xf97cff8c,
  HUGETLBFS: 0x958458f6,
  BINFMTFS: 0x42494e4d,
  AUTOFS: 0x0187,
  EFIVARFS: 0xde5e81e4,
} as const;

/** Flags of a mounted file system (`ST_`): include/linux/statfs.h. */
export const StatfsFlags = {
  RDONLY: 0x1,
  NOSUID: 0x2,
  NODEV: 0x4,
  NOEXEC: 0x8,
  SYNCHRONOUS: 0x10,
  MANDLOCK: 0x40,
  NOATIME: 0x400,
  NODIRATIME: 0x800,
  RELATIME: 0x1000,
  NOSYMFOLLOW: 0x2000,
} as const;

/** Flags of setxattr(2) (`XATTR_`): include/uapi/linux/xattr.h. */
export const XattrFlags = {
  /** `EEXIST` if it is there. */
  CREATE: 0x1,
  /** `ENODATA` if it is not. */
  REPLACE: 0x2,
} as const;

/** Operations of flock(2) (`LOCK_`): include/uapi/asm-generic/fcntl.h. */
export const FlockOperations = { SH: 1, EX: 2, NB: 4, UN: 8 } as const;
