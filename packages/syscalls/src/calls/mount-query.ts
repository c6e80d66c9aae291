import { LSMT_ROOT, StatmountMask } from "../constants/mount.ts";
import { flags, hex, int } from "../param.ts";
import { output, struct } from "../pointer.ts";
import { decodeStruct, type Layout, layout } from "../struct.ts";
import { define, type Syscall } from "../syscall.ts";

interface MountIdRequest {
  readonly size: number;
  readonly spare?: number;
  readonly mnt_id: bigint;
  readonly param: number | bigint;
  readonly mnt_ns_id?: bigint;
}

/** struct mnt_id_req of include/uapi/linux/mount.h, as of Linux 6.11. */
export const mountIdRequestLayout: Layout<MountIdRequest> =
  layout<MountIdRequest>("mnt_id_req", {
    size: "u32",
    spare: "u32",
    mnt_id: { type: "u64", param: hex("mnt_id") },
    param: { type: "u64", param: hex("param") },
    mnt_ns_id: { type: "u64", param: hex("mnt_ns_id") },
  });

/** The first version of the struct, for a kernel before 6.11. */
const SIZE_VER0 = 24;

function request(
  mountId: bigint,
  param: number | bigint,
  mountNamespaceId: bigint,
): MountIdRequest {
  const inOwnNamespace = { size: SIZE_VER0, mnt_id: mountId, param };
  if (mountNamespaceId === 0n) return inOwnNamespace;
  return {
    ...inOwnNamespace,
    size: mountIdRequestLayout.size,
    mnt_ns_id: mountNamespaceId,
  };
}

const sysStatmount = define("statmount", { x64: 457, arm64: 457 }, () => [
  struct("req", mountIdRequestLayout),
  output("buf"),
  int("bufsize"),
  int("flags"),
]);

/**
 * Asks after a mount by the id that statx(2) gives with `MNT_ID_UNIQUE`, in this mount namespace or in the one
 * whose id is given; `buf` is read by {@link parseStatmount}; see statmount(2). Linux 6.8.
 * @throws {SyscallError} `EOVERFLOW` if `buf` is too small: at least 512 bytes and room for the strings;
 *   `ENOENT` if there is no such mount.
 */
export function statmount(
  mountId: bigint,
  mask: number,
  buf: Uint8Array,
  mountNamespaceId = 0n,
): Syscall {
  return sysStatmount(
    request(mountId, mask, mountNamespaceId),
    buf,
    buf.byteLength,
    0,
  );
}

const sysListmount = define("listmount", { x64: 458, arm64: 458 }, () => [
  struct("req", mountIdRequestLayout),
  output("mnt_ids"),
  int("nr_mnt_ids"),
  flags("flags", { prefix: "LISTMOUNT_", values: { REVERSE: 0x1 } }),
]);

/** Where and from what {@link listmount} begins. */
export interface ListmountOptions {
  /** The mount whose children are listed. Default: `LSMT_ROOT`, all that the root directory shows. */
  readonly mountId?: bigint;
  /** The last mount of the list before this one. Default: 0, from the start. */
  readonly after?: bigint;
  /** Default: 0, this mount namespace. Linux 6.11. */
  readonly mountNamespaceId?: bigint;
}

/**
 * Puts the ids of the mounts under another in `ids`; the result is how many there were, and if they fill `ids`
 * there may be more; see listmount(2). Linux 6.8.
 */
export function listmount(
  ids: BigUint64Array,
  options: ListmountOptions = {},
): Syscall {
  const { mountId = LSMT_ROOT, after = 0n, mountNamespaceId = 0n } = options;
  return sysListmount(
    request(mountId, after, mountNamespaceId),
    ids,
    ids.length,
    0,
  );
}

type StatmountField =
  | "size"
  | "mnt_opts"
  | "mask"
  | "sb_dev_major"
  | "sb_dev_minor"
  | "sb_magic"
  | "sb_flags"
  | "fs_type"
  | "mnt_id"
  | "mnt_parent_id"
  | "mnt_id_old"
  | "mnt_parent_id_old"
  | "mnt_attr"
  | "mnt_propagation"
  | "mnt_peer_group"
  | "mnt_master"
  | "propagate_from"
  | "mnt_root"
  | "mnt_point"
  | "mnt_ns_id"
  | "fs_subtype"
  | "sb_source";

/** struct statmount of include/uapi/linux/mount.h, as of Linux 6.13; strings follow. */
export const statmountLayout: Layout<Record<StatmountField, number>> = layout<
  Record<StatmountField, number>
>(
  "statmount",
  {
    size: "u32",
    mnt_opts: "u32",
    mask: "u64",
    sb_dev_major: "u32",
    sb_dev_minor: "u32",
    sb_magic: "u64",
    sb_flags: "u32",
    fs_type: "u32",
    mnt_id: "u64",
    mnt_parent_id: "u64",
    mnt_id_old: "u32",
    mnt_parent_id_old: "u32",
    mnt_attr: "u64",
    mnt_propagation: "u64",
    mnt_peer_group: "u64",
    mnt_master: "u64",
    propagate_from: "u64",
    mnt_root: "u32",
    mnt_point: "u32",
    mnt_ns_id: "u64",
    fs_subtype: "u32",
    sb_source: "u32",
  },
  { size: 512 },
);

/** What {@link statmount} says of a mount; what was not asked for, or the kernel does not know, is undefined. */
export interface Statmount {
  /** `STATMOUNT_*`: what was answered. */
  readonly mask: number;
  readonly superblock?: {
    readonly major: number;
    readonly minor: number;
    readonly magic: number;
    /** `MS_RDONLY`, `MS_SYNCHRONOUS`, `MS_DIRSYNC` and `MS_LAZYTIME`, as far as they are set. */
    readonly flags: number;
  };
  readonly mountId?: bigint;
  readonly parentId?: bigint;
  /** As in /proc/self/mountinfo. */
  readonly mountIdOld?: number;
  readonly parentIdOld?: number;
  /** `MOUNT_ATTR_*`. */
  readonly attributes?: number;
  /** `MS_SHARED`, `MS_SLAVE`, `MS_PRIVATE`, `MS_UNBINDABLE`. */
  readonly propagation?: number;
  readonly peerGroup?: bigint;
  readonly master?: bigint;
  /** The directory of the file system that is the root of the mount. */
  readonly root?: string;
  readonly mountPoint?: string;
  readonly fsType?: string;
  readonly fsSubtype?: string;
  readonly source?: string;
  readonly options?: string;
  readonly mountNamespaceId?: bigint;
}

/** Reads what {@link statmount} left in `buf`. */
export function parseStatmount(buf: Uint8Array): Statmount {
  const raw = decodeStruct(statmountLayout, buf);
  const mask = Number(raw.mask);
  const has = (bit: number): boolean => (mask & bit) !== 0;
  const text = (
    bit: number,
    key: string,
    offset: bigint,
  ): Record<string, string> =>
    has(bit)
      ? { [key]: stringAt(buf, statmountLayout.size + Number(offset)) }
      : {};
  return {
    mask,
    ...(has(StatmountMask.SB_BASIC) && {
      superblock: {
        major: Number(raw.sb_dev_major),
        minor: Number(raw.sb_dev_minor),
        magic: Number(raw.sb_magic),
        flags: Number(raw.sb_flags),
      },
    }),
    ...(has(StatmountMask.MNT_BASIC) && {
      mountId: raw.mnt_id,
      parentId: raw.mnt_parent_id,
      mountIdOld: Number(raw.mnt_id_old),
      parentIdOld: Number(raw.mnt_parent_id_old),
      attributes: Number(raw.mnt_attr),
      propagation: Number(raw.mnt_propagation),
      peerGroup: raw.mnt_peer_group,
      master: raw.mnt_master,
    }),
    ...(has(StatmountMask.MNT_NS_ID) && { mountNamespaceId: raw.mnt_ns_id }),
    ...text(StatmountMask.MNT_ROOT, "root", raw.mnt_root),
    ...text(StatmountMask.MNT_POINT, "mountPoint", raw.mnt_point),
    ...text(StatmountMask.FS_TYPE, "fsType", raw.fs_type),
    ...text(StatmountMask.FS_SUBTYPE, "fsSubtype", raw.fs_subtype),
    ...text(StatmountMask.SB_SOURCE, "source", raw.sb_source),
    ...text(StatmountMask.MNT_OPTS, "options", raw.mnt_opts),
  };
}

function stringAt(buf: Uint8Array, at: number): string {
  const end = buf.indexOf(0, at);
  return Buffer.from(buf.subarray(at, end < 0 ? undefined : end)).toString();
}
