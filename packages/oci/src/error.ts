import type { Problem } from "./problem.ts";

/** Why a document of the OCI runtime specification could not be used. */
export type OciErrorCode =
  /** A config.json, or the part of one that an operation takes: not JSON, not of the specified form, or contradictory. */
  | "ERR_INVALID_CONFIG"
  /** A state document, or a container process state. */
  | "ERR_INVALID_STATE"
  /** A features document. */
  | "ERR_INVALID_FEATURES"
  /** Not the id of a container. */
  | "ERR_INVALID_CONTAINER_ID";

/** What this package throws; a file that cannot be read is Node's own error. */
export class OciError extends Error {
  override readonly name = "OciError";
  readonly code: OciErrorCode;
  /** Everything that is wrong, in the order of the document; empty if it could not be read as one. */
  readonly problems: readonly Problem[];
  /** What a person can do about it, or about the first of the problems that somebody can do something about. */
  declare readonly hint?: string;

  constructor(
    code: OciErrorCode,
    message: string,
    options: ErrorOptions & {
      readonly problems?: readonly Problem[];
      readonly hint?: string;
    } = {},
  ) {
    super(message, options);
    this.code = code;
    this.problems = options.problems ?? [];
    const hint =
      options.hint ??
      this.problems.find((each) => each.hint !== undefined)?.hint;
    if (hint !== undefined) this.hint = hint;
  }
}
