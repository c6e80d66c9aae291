import {
  type Fd,
  fgetxattr,
  fremovexattr,
  fsetxattr,
  getxattr,
  invoke,
  removexattr,
  setxattr,
  type Syscall,
  SyscallError,
} from "@ns/syscalls";
import { CapabilityError } from "./error.ts";
import { checkMask } from "./mask.ts";

/** The capabilities of a program file: what execve(2) gives whoever runs it; see "File capabilities" in capabilities(7). */
export interface FileCapabilities {
  /** Granted, as far as the bounding set allows. */
  readonly permitted: bigint;
  /** Granted to those who have them inheritable. */
  readonly inheritable: bigint;
  /** Whether what is granted is effective at once, for programs that know nothing of capabilities. */
  readonly effective: boolean;
  /**
   * The user, as the reader's user namespace sees it, who is 0 in the user namespace for which they are good (version
   * 3, Linux 4.14). Default: none, good everywhere (version 2).
   */
  readonly rootId?: number;
}

const XATTR = "security.capability";

/** Constants of include/uapi/linux/capability.h. */
const VFS_CAP_REVISION_MASK = 0xff000000;
const VFS_CAP_FLAGS_EFFECTIVE = 0x000001;
const VFS_CAP_REVISION_2 = 0x02000000;
const VFS_CAP_REVISION_3 = 0x03000000;
const XATTR_CAPS_SZ_2 = 20;
const XATTR_CAPS_SZ_3 = 24;

/** 2^32-1 is no user. */
const MAX_ID = 0xfffffffe;

/**
 * Parses a security.capability attribute, struct vfs_cap_data (version 2) or vfs_ns_cap_data (version 3).
 * @throws {CapabilityError} `ERR_CAPABILITY_XATTR` for anything else; version 1, of before Linux 2.6.25, too.
 */
export function parseFileCapabilities(bytes: Uint8Array): FileCapabilities {
  if (bytes.byteLength < 4) throw malformed(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = view.getUint32(0, true);
  const revision = (magic & VFS_CAP_REVISION_MASK) >>> 0;
  const isVersion3 = revision === VFS_CAP_REVISION_3;
  if (!isVersion3 && revision !== VFS_CAP_REVISION_2) throw malformed(bytes);
  if (bytes.byteLength !== (isVersion3 ? XATTR_CAPS_SZ_3 : XATTR_CAPS_SZ_2))
    throw malformed(bytes);
  const set = (at: number): bigint =>
    BigInt(view.getUint32(at, true)) |
    (BigInt(view.getUint32(at + 8, true)) << 32n);
  return {
    permitted: set(4),
    inheritable: set(8),
    effective: (magic & VFS_CAP_FLAGS_EFFECTIVE) !== 0,
    ...(isVersion3 && { rootId: view.getUint32(20, true) }),
  };
}

/**
 * The bytes of a security.capability attribute: version 3 with a `rootId`, else version 2.
 * @throws {RangeError} for a set of more than 64 bits or a `rootId` that is no user.
 */
export function formatFileCapabilities(capabilities: FileCapabilities): Buffer {
  const { permitted, inheritable, effective, rootId } = capabilities;
  checkMask("permitted", permitted);
  checkMask("inheritable", inheritable);
  const isVersion3 = rootId !== undefined;
  const bytes = Buffer.alloc(isVersion3 ? XATTR_CAPS_SZ_3 : XATTR_CAPS_SZ_2);
  const revision = isVersion3 ? VFS_CAP_REVISION_3 : VFS_CAP_REVISION_2;
  bytes.writeUInt32LE(revision | (effective ? VFS_CAP_FLAGS_EFFECTIVE : 0), 0);
  for (const [at, mask] of [
    [4, permitted] as const,
    [8, inheritable] as const,
  ]) {
    bytes.writeUInt32LE(Number(mask & 0xffffffffn), at);
    bytes.writeUInt32LE(Number(mask >> 32n), at + 8);
  }
  if (isVersion3) {
    if (!Number.isInteger(rootId) || rootId < 0 || rootId > MAX_ID) {
      throw new RangeError(
        `invalid rootId '${rootId}': expected a user from 0 to ${MAX_ID}`,
      );
    }
    bytes.writeUInt32LE(rootId, XATTR_CAPS_SZ_2);
  }
  return bytes;
}

/**
 * Reads the capabilities of a file, by path or descriptor, or undefined if it has none; see getxattr(2).
 * @throws {SyscallError} `EOVERFLOW` for those of a user namespace that is none of ours.
 */
export function readFileCapabilities(
  file: string | Fd,
): FileCapabilities | undefined {
  const value = new Uint8Array(XATTR_CAPS_SZ_3);
  try {
    const length = invoke(
      typeof file === "string"
        ? getxattr(file, XATTR, value)
        : fgetxattr(file, XATTR, value),
    );
    return parseFileCapabilities(value.subarray(0, length));
  } catch (error) {
    // no such attribute; the file system has none
    const none =
      error instanceof SyscallError &&
      (error.code === "ENODATA" || error.code === "EOPNOTSUPP");
    if (none) return undefined;
    throw error;
  }
}

/**
 * Sets the capabilities of a file, by path or descriptor; see setxattr(2). The kernel makes version 3 of version 2 for
 * a writer in a user namespace.
 *
 * Performing it fails with `EPERM` without CAP_SETFCAP in the user namespace of the file system.
 */
export function setFileCapabilities(
  file: string | Fd,
  capabilities: FileCapabilities,
): Syscall {
  const bytes = formatFileCapabilities(capabilities);
  return typeof file === "string"
    ? setxattr(file, XATTR, bytes)
    : fsetxattr(file, XATTR, bytes);
}

/** Removes the capabilities of a file; performing it fails with `ENODATA` if it has none; see removexattr(2). */
export function removeFileCapabilities(file: string | Fd): Syscall {
  return typeof file === "string"
    ? removexattr(file, XATTR)
    : fremovexattr(file, XATTR);
}

function malformed(bytes: Uint8Array): CapabilityError {
  const shown = Buffer.from(bytes.subarray(0, XATTR_CAPS_SZ_3)).toString("hex");
  return new CapabilityError(
    "ERR_CAPABILITY_XATTR",
    `invalid ${XATTR} attribute of ${bytes.byteLength} bytes '${shown}': expected version 2 or 3 of struct vfs_cap_data`,
  );
}
