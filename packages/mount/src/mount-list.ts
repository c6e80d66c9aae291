import {
  invoke,
  listmount,
  type ListmountOptions,
  parseStatmount,
  type Statmount,
  statmount,
  StatmountMask,
  SyscallError,
} from "@ns/syscalls";

/** Which mounts {@link listMounts} lists, and what it asks of each. */
export interface ListMountsOptions {
  /** The id, never used again, of the mount below which they are. Default: all that our root shows. */
  readonly below?: bigint;
  /** The id of another mount namespace; `NS_GET_MNTNS_ID` tells it. Default: this one. Linux 6.11. */
  readonly mountNamespaceId?: bigint;
  /** `STATMOUNT_*`: what is asked for. Default: all that is in mountinfo. */
  readonly mask?: number;
}

const M = StatmountMask;
const DEFAULT_MASK: number =
  M.SB_BASIC |
  M.MNT_BASIC |
  M.PROPAGATE_FROM |
  M.MNT_ROOT |
  M.MNT_POINT |
  M.FS_TYPE |
  M.MNT_NS_ID |
  M.MNT_OPTS |
  M.FS_SUBTYPE |
  M.SB_SOURCE;
const PAGE = 512;

/**
 * The mounts, by their ids that are never used again, with what the kernel knows of each; see listmount(2) and
 * statmount(2). Linux 6.8; a kernel leaves out what it does not know. A mount that goes meanwhile is not listed.
 * @throws {SyscallError} `ENOSYS` before Linux 6.8: {@link readMountinfo} is for any.
 */
export function listMounts(options: ListMountsOptions = {}): Statmount[] {
  const { below, mountNamespaceId, mask = DEFAULT_MASK } = options;
  const where = {
    ...(below !== undefined && { mountId: below }),
    ...(mountNamespaceId !== undefined && { mountNamespaceId }),
  };
  return [...mountIds(where)].flatMap(
    (id) => statMount(id, { mask, mountNamespaceId }) ?? [],
  );
}

function* mountIds(where: ListmountOptions): Generator<bigint> {
  const ids = new BigUint64Array(PAGE);
  for (let after = 0n; ;) {
    const count = invoke(listmount(ids, { ...where, after }));
    yield* ids.slice(0, count);
    if (count < PAGE) return;
    after = ids[PAGE - 1] ?? 0n;
  }
}

/**
 * What the kernel knows of one mount, by its id that is never used again, or undefined if it is gone; see
 * statmount(2). Linux 6.8.
 */
export function statMount(
  mountId: bigint,
  options: {
    readonly mask?: number;
    readonly mountNamespaceId?: bigint | undefined;
  } = {},
): Statmount | undefined {
  const { mask = DEFAULT_MASK, mountNamespaceId = 0n } = options;
  for (let size = 4096; ; size *= 4) {
    const buffer = new Uint8Array(size);
    try {
      invoke(statmount(mountId, mask, buffer, mountNamespaceId));
      return parseStatmount(buffer);
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      if (error.code === "ENOENT") return undefined;
      // the options of an overlay of many layers are long
      if (error.code !== "EOVERFLOW" || size > 1 << 22) throw error;
    }
  }
}
