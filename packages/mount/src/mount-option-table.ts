import { MountAttrFlags, MountFlags } from "@ns/syscalls";

const F = MountFlags;
const A = MountAttrFlags;

/** What a mount option does to the flags of mount(2). */
export interface FlagOption {
  readonly set?: number;
  readonly clear?: number;
}

/** What sets the access time: at most one of these, and none of them is `relatime`. */
const ATIME = F.NOATIME | F.RELATIME | F.STRICTATIME;

/** Options that are flags; see mount(8), "filesystem-independent mount options". */
export const FLAG_OPTIONS: Readonly<Record<string, FlagOption>> = {
  async: { clear: F.SYNCHRONOUS },
  atime: { clear: F.NOATIME },
  bind: { set: F.BIND },
  defaults: {},
  dev: { clear: F.NODEV },
  diratime: { clear: F.NODIRATIME },
  dirsync: { set: F.DIRSYNC },
  exec: { clear: F.NOEXEC },
  iversion: { set: F.I_VERSION },
  lazytime: { set: F.LAZYTIME },
  loud: { clear: F.SILENT },
  mand: { set: F.MANDLOCK },
  move: { set: F.MOVE },
  noatime: { set: F.NOATIME, clear: ATIME },
  nodev: { set: F.NODEV },
  nodiratime: { set: F.NODIRATIME },
  noexec: { set: F.NOEXEC },
  noiversion: { clear: F.I_VERSION },
  nolazytime: { clear: F.LAZYTIME },
  nomand: { clear: F.MANDLOCK },
  norelatime: { clear: F.RELATIME },
  nostrictatime: { clear: F.STRICTATIME },
  nosuid: { set: F.NOSUID },
  nosymfollow: { set: F.NOSYMFOLLOW },
  rbind: { set: F.BIND | F.REC },
  relatime: { set: F.RELATIME, clear: ATIME },
  remount: { set: F.REMOUNT },
  ro: { set: F.RDONLY },
  rw: { clear: F.RDONLY },
  silent: { set: F.SILENT },
  strictatime: { set: F.STRICTATIME, clear: ATIME },
  suid: { clear: F.NOSUID },
  symfollow: { clear: F.NOSYMFOLLOW },
  sync: { set: F.SYNCHRONOUS },
};

/** A propagation type, by its name in mount(8); with `r` of a whole tree. */
export type PropagationType =
  | "shared"
  | "slave"
  | "private"
  | "unbindable"
  | "rshared"
  | "rslave"
  | "rprivate"
  | "runbindable";

/** Options that are propagation types, and the flags of mount(2) for them; see mount_namespaces(7). */
export const PROPAGATION_OPTIONS: Readonly<Record<PropagationType, number>> = {
  shared: F.SHARED,
  slave: F.SLAVE,
  private: F.PRIVATE,
  unbindable: F.UNBINDABLE,
  rshared: F.SHARED | F.REC,
  rslave: F.SLAVE | F.REC,
  rprivate: F.PRIVATE | F.REC,
  runbindable: F.UNBINDABLE | F.REC,
};

/** What an option does to the attributes of every mount of a tree. */
export interface AttributeOption {
  readonly set: number;
  readonly clear: number;
}

const set = (bits: number): AttributeOption => ({ set: bits, clear: 0 });
const clear = (bits: number): AttributeOption => ({ set: 0, clear: bits });
const atime = (bits: number): AttributeOption => ({
  set: bits,
  clear: A._ATIME,
});

/** Options of the OCI runtime specification for a whole tree, and the attributes of mount_setattr(2) for them. */
export const RECURSIVE_OPTIONS: Readonly<Record<string, AttributeOption>> = {
  rro: set(A.RDONLY),
  rrw: clear(A.RDONLY),
  rnosuid: set(A.NOSUID),
  rsuid: clear(A.NOSUID),
  rnodev: set(A.NODEV),
  rdev: clear(A.NODEV),
  rnoexec: set(A.NOEXEC),
  rexec: clear(A.NOEXEC),
  rnodiratime: set(A.NODIRATIME),
  rdiratime: clear(A.NODIRATIME),
  rnosymfollow: set(A.NOSYMFOLLOW),
  rsymfollow: clear(A.NOSYMFOLLOW),
  rrelatime: atime(A.RELATIME),
  rnorelatime: atime(A.STRICTATIME),
  rnoatime: atime(A.NOATIME),
  ratime: atime(A.RELATIME),
  rstrictatime: atime(A.STRICTATIME),
  rnostrictatime: atime(A.RELATIME),
};

/** Options that mean something to mount(8) or systemd, and nothing to the kernel. */
export const USERSPACE_OPTIONS: ReadonlySet<string> = new Set([
  "auto",
  "noauto",
  "nofail",
  "_netdev",
  "user",
  "nouser",
  "users",
  "owner",
  "group",
]);
