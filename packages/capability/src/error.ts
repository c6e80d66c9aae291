/** Why something about capabilities could not be, other than a failed syscall. */
export type CapabilityErrorCode =
  /** No capability has this name. */
  | "ERR_CAPABILITY_UNKNOWN"
  /** A text that is not of cap_from_text(3)'s form. */
  | "ERR_CAPABILITY_TEXT"
  /** A status file without the five sets, or with something else in their place. */
  | "ERR_CAPABILITY_STATUS"
  /** A security.capability attribute that is not a struct vfs_cap_data. */
  | "ERR_CAPABILITY_XATTR"
  /** A change that the kernel would refuse. */
  | "ERR_CAPABILITY_NOT_ALLOWED";

/** A failure of this package's own; a failed syscall is a `SyscallError`. */
export class CapabilityError extends Error {
  override readonly name = "CapabilityError";
  readonly code: CapabilityErrorCode;
  /** What a person can do about it. */
  declare readonly hint?: string;

  constructor(
    code: CapabilityErrorCode,
    message: string,
    options: ErrorOptions & { readonly hint?: string } = {},
  ) {
    super(message, options);
    this.code = code;
    if (options.hint !== undefined) this.hint = options.hint;
  }
}
