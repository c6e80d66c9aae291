/** What went wrong, for callers to match on. */
export type NamespaceErrorCode =
  /** The kernel does not show this process's namespaces to us. */
  | "ERR_NAMESPACE_UNREADABLE"
  /** The path or descriptor does not lead to a namespace. */
  | "ERR_NAMESPACE_NOT_A_NAMESPACE"
  /** It is a namespace of another kind than the one asked for. */
  | "ERR_NAMESPACE_WRONG_KIND"
  /** The handle has been disposed of. */
  | "ERR_NAMESPACE_CLOSED"
  /** `joinNamespaces`: a process with several threads cannot enter a namespace of this kind. */
  | "ERR_NAMESPACE_JOIN_THREADS"
  /** `joinNamespaces`: this thread shares its root and working directory with the others. */
  | "ERR_NAMESPACE_JOIN_SHARED_FS"
  /** `joinNamespaces`, `joinSteps`: no process ever changes its own PID namespace. */
  | "ERR_NAMESPACE_JOIN_PID"
  /** `joinNamespaces`: one could not be entered, and one entered before could not be left. */
  | "ERR_NAMESPACE_JOIN_HALFWAY"
  /** `persistNamespace`: there is something at the path already. */
  | "ERR_NAMESPACE_PATH_EXISTS"
  /** `persistNamespace`: a mount namespace is kept only by a mount in one that is older. */
  | "ERR_NAMESPACE_LOOP"
  /** `persistNamespace`: the mount would propagate, and that of a mount namespace must not. */
  | "ERR_NAMESPACE_PROPAGATES"
  /** `unpersistNamespace`: no namespace is bound to the path. */
  | "ERR_NAMESPACE_NOT_PERSISTED";

/** A failure in terms of namespaces; any other failed syscall is a `SyscallError`. */
export class NamespaceError extends Error {
  override readonly name = "NamespaceError";
  readonly code: NamespaceErrorCode;
  /** What a person can do about it. */
  declare readonly hint?: string;

  constructor(
    code: NamespaceErrorCode,
    message: string,
    options: ErrorOptions & { readonly hint?: string } = {},
  ) {
    super(message, options);
    this.code = code;
    if (options.hint !== undefined) this.hint = options.hint;
  }
}
