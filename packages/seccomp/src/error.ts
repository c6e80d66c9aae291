/** Why something about a filter could not be, other than a failed syscall. */
export type SeccompErrorCode =
  /** A profile that is not of its form, or that means nothing; `path` says where. */
  | "ERR_SECCOMP_PROFILE"
  /** The system's libseccomp is not there. */
  | "ERR_SECCOMP_LIBRARY"
  /** libseccomp, or this kernel as libseccomp sees it, does not know what the profile asks for. */
  | "ERR_SECCOMP_UNSUPPORTED"
  /** Bytes that the kernel would not take for a filter. */
  | "ERR_SECCOMP_PROGRAM"
  /** A directory or file that is not to be trusted with filters. */
  | "ERR_SECCOMP_CACHE";

/** What an error of this package may say besides its message. */
export interface SeccompErrorDetails extends ErrorOptions {
  /** What a person can do about it. */
  readonly hint?: string;
  /** Where in the profile: `syscalls[3].args[0].op`. */
  readonly path?: string;
}

/** A failure of this package's own; a failed syscall is a `SyscallError`. */
export class SeccompError extends Error {
  override readonly name = "SeccompError";
  readonly code: SeccompErrorCode;
  /** What a person can do about it. */
  declare readonly hint?: string;
  /** Where in the profile: `syscalls[3].args[0].op`. */
  declare readonly path?: string;

  constructor(
    code: SeccompErrorCode,
    message: string,
    details: SeccompErrorDetails = {},
  ) {
    super(message, details);
    this.code = code;
    if (details.hint !== undefined) this.hint = details.hint;
    if (details.path !== undefined) this.path = details.path;
  }
}
