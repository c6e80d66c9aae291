/** Why something about ids could not be, other than a failed syscall. */
export type IdmapErrorCode =
  /** Not a decimal number from 0 to 4294967294. */
  | "ERR_IDMAP_INVALID_ID"
  /** A map the kernel would refuse from anybody. */
  | "ERR_IDMAP_INVALID_MAP"
  /** A map the kernel would refuse from this writer. */
  | "ERR_IDMAP_NOT_PERMITTED"
  /** A /proc/PID/setgroups with neither allow nor deny in it. */
  | "ERR_IDMAP_INVALID_SETGROUPS"
  /** newuidmap(1) or newgidmap(1) is not there, or has refused. */
  | "ERR_IDMAP_MAPPER"
  /** Not enough ids for what was asked. */
  | "ERR_IDMAP_TOO_FEW_IDS"
  /** A text that is no `user[:group]`. */
  | "ERR_IDMAP_INVALID_USER"
  /** A user or group that is not in the root's database. */
  | "ERR_IDMAP_UNKNOWN_USER"
  /** A user database that is not to be read: no regular file, or too large. */
  | "ERR_IDMAP_DATABASE";

/** A failure of this package's own; a failed syscall is a `SyscallError`. */
export class IdmapError extends Error {
  override readonly name = "IdmapError";
  readonly code: IdmapErrorCode;
  /** What a person can do about it. */
  declare readonly hint?: string;

  constructor(
    code: IdmapErrorCode,
    message: string,
    options: ErrorOptions & { readonly hint?: string } = {},
  ) {
    super(message, options);
    this.code = code;
    if (options.hint !== undefined) this.hint = options.hint;
  }
}
