import { OciError, type OciErrorCode } from "./error.ts";

/** One thing that is wrong in a document. */
export interface Problem {
  /** Where: `process.rlimits[2].type`, `annotations["org.example/key"]`; empty for the document itself. */
  readonly path: string;
  /** What was expected there and what was found. */
  readonly reason: string;
  /** What a person can do about it. */
  readonly hint?: string;
}

/** How many problems a message names; `problems` of the error has them all. */
const NAMED = 20;

/** How much of a value is quoted. */
const QUOTED = 60;

/** The path of a member: names with dots, indexes in brackets, and what is no name in brackets and quotes. */
export function formatPath(keys: readonly (string | number)[]): string {
  let path = "";
  for (const key of keys) {
    if (typeof key === "number") path += `[${key}]`;
    else if (!/^[A-Za-z_]\w*$/.test(key)) path += `[${JSON.stringify(key)}]`;
    else path += path === "" ? key : `.${key}`;
  }
  return path;
}

/** A problem on one line: its path, and why. */
export function formatProblem({ path, reason }: Problem): string {
  return path === "" ? reason : `${path}: ${reason}`;
}

/** A value as a message shows it: quoted if it is text, and not longer than a line. */
export function describe(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  if (typeof value === "bigint" || typeof value === "number")
    return String(value);
  if (typeof value === "boolean" || value === null)
    return JSON.stringify(value);
  if (typeof value !== "string") return `a ${typeof value}`;
  const quoted = JSON.stringify(value.slice(0, QUOTED));
  return value.length > QUOTED ? `${quoted.slice(0, -1)}…"` : quoted;
}

/** The error for a document with these problems. */
export function invalid(
  code: OciErrorCode,
  document: string,
  problems: readonly Problem[],
): OciError {
  const lines = problems.slice(0, NAMED).map(formatProblem);
  if (problems.length > NAMED)
    lines.push(`and ${problems.length - NAMED} more`);
  const message =
    problems.length === 1
      ? `invalid ${document}: ${lines.join("")}`
      : `invalid ${document}, ${problems.length} problems:\n  ${lines.join("\n  ")}`;
  return new OciError(code, message, { problems });
}
