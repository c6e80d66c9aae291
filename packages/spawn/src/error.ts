/** Why a child could not be started, other than a failed syscall. */
export type SpawnErrorCode =
  /** The native stage is not there: the package was not built. */
  | "ERR_SPAWN_NOT_BUILT"
  /** The native stage ended without a word: it was killed. */
  | "ERR_SPAWN_STAGE"
  /** From a worker thread, which gets no signals. */
  | "ERR_SPAWN_WORKER";

/** A failure of this package's own machinery; a failed syscall is a `SyscallError`. */
export class SpawnError extends Error {
  override readonly name = "SpawnError";
  readonly code: SpawnErrorCode;
  /** What a person can do about it. */
  declare readonly hint?: string;

  constructor(
    code: SpawnErrorCode,
    message: string,
    options: ErrorOptions & { readonly hint?: string } = {},
  ) {
    super(message, options);
    this.code = code;
    if (options.hint !== undefined) this.hint = options.hint;
  }
}

/** What Node rejects with when a signal aborts an operation. */
export class AbortError extends Error {
  override readonly name = "AbortError";
  readonly code = "ABORT_ERR";

  constructor(options?: ErrorOptions) {
    super("The operation was aborted", options);
  }
}
