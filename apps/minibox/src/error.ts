/** Codes of what goes wrong in minibox itself; a failed syscall is a `SyscallError`. */
export type MiniboxErrorCode =
  | "ERR_USAGE"
  | "ERR_INVALID_OPTION"
  | "ERR_NO_COMMAND"
  | "ERR_NO_ROOTFS"
  | "ERR_NO_VOLUME"
  | "ERR_UNMAPPED_USER"
  | "ERR_NO_TERMINAL"
  | "ERR_UNSUPPORTED"
  | "ERR_CONTAINER_EXISTS"
  | "ERR_NO_CONTAINER"
  | "ERR_NOT_RUNNING"
  | "ERR_WRONG_STATUS"
  | "ERR_HOOK"
  | "ERR_STATE"
  | "ERR_PRIVILEGES"
  | "ERR_PAUSED";

/** An error of minibox, said before anything was done. */
export class MiniboxError extends Error {
  override readonly name = "MiniboxError";
  readonly code: MiniboxErrorCode;
  /** What a person can do about it. */
  declare readonly hint?: string;

  constructor(
    code: MiniboxErrorCode,
    message: string,
    options: ErrorOptions & { readonly hint?: string } = {},
  ) {
    super(message, options);
    this.code = code;
    if (options.hint !== undefined) this.hint = options.hint;
  }
}
