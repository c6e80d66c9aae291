/** Why a mount could not be made, found or understood, other than a failed syscall. */
export type MountErrorCode =
  /** A line of mountinfo is not one. */
  | "ERR_MOUNT_INFO"
  /** A mount option that is unknown, contradictory, or cannot be handed to the kernel. */
  | "ERR_MOUNT_OPTION"
  /** Layers that overlayfs cannot put together. */
  | "ERR_MOUNT_LAYERS"
  /** The kernel lacks a call, and nothing else would keep its promise. */
  | "ERR_MOUNT_UNSUPPORTED"
  /** A place is not, or no longer, what it was found to be. */
  | "ERR_MOUNT_PLACE";

/** A failure that is not one of a syscall, which is a `SyscallError`. */
export class MountError extends Error {
  override readonly name = "MountError";
  readonly code: MountErrorCode;
  /** What a person can do about it. */
  declare readonly hint?: string;

  constructor(
    code: MountErrorCode,
    message: string,
    options: ErrorOptions & { readonly hint?: string } = {},
  ) {
    super(message, options);
    this.code = code;
    if (options.hint !== undefined) this.hint = options.hint;
  }
}
