/** What went wrong, for callers to match on. */
export type ReexecErrorCode =
  /** `register`: the name is taken. */
  | "ERR_REEXEC_DUPLICATE_NAME"
  /** `register`: `dispatch()` has already run, so a child would not know the name. */
  | "ERR_REEXEC_LATE_REGISTER"
  /** `command`, or `dispatch` in the child: no init function has this name. */
  | "ERR_REEXEC_NOT_REGISTERED"
  /** `command`: main never called `dispatch()`, so a child would run main again. */
  | "ERR_REEXEC_NOT_DISPATCHED"
  /** `command`: main is running inside a re-executed process; it would start itself for ever. */
  | "ERR_REEXEC_MAIN_IN_CHILD"
  /** `dispatch`: started from `/proc/self/exe`, but without the argv[0] that names the init function. */
  | "ERR_REEXEC_NO_ARGV0"
  /** `command`: started by `-e`, `-p`, stdin, the REPL or `--test`; there is no entry script to run again. */
  | "ERR_REEXEC_NO_ENTRY"
  /** `command`: called in a worker thread, which does not know what the process was started with. */
  | "ERR_REEXEC_WORKER";

/** A re-execution that cannot work, refused before a process is started. */
export class ReexecError extends Error {
  override readonly name = "ReexecError";
  readonly code: ReexecErrorCode;
  /** What to do about it. */
  readonly hint: string;

  constructor(code: ReexecErrorCode, message: string, hint: string) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}

/** A bad argument: a TypeError with a stable `code`, as Node's own. */
export function argumentError(
  code: "ERR_REEXEC_INVALID_NAME" | "ERR_REEXEC_INVALID_ARGUMENT",
  message: string,
): TypeError {
  return Object.assign(new TypeError(message), { code });
}
