import { OciError, type OciErrorCode } from "../error.ts";
import { invalid } from "../problem.ts";
import { findProblems } from "./find-problems.ts";
import { decode, parseJson } from "./json.ts";
import type { Schema } from "./words.ts";

/**
 * How long a document may be: 8 MiB. What a process can be started with is 6 MiB of arguments and environment (see
 * execve(2)), and annotations are 256 KiB at most where Kubernetes writes them.
 */
export const MAX_DOCUMENT_BYTES: number = 8 * 1024 * 1024;

/** Of a longer document only the first problem is told. */
const MAX_THOROUGH = 256 * 1024;

/** What a document is called, and which code its errors have. */
export interface DocumentKind {
  readonly name: string;
  readonly code: OciErrorCode;
}

/** Parses a document by its schema. */
export function parseDocument<T>(
  document: string | Uint8Array,
  schema: Schema<T>,
  kind: DocumentKind,
): T {
  if (document.length > MAX_DOCUMENT_BYTES)
    throw new OciError(
      kind.code,
      `invalid ${kind.name}, ${document.length} bytes: expected ${MAX_DOCUMENT_BYTES} at most`,
    );
  let value: unknown;
  try {
    value = parseJson(decode(document));
  } catch (error) {
    throw unreadable(error, kind);
  }
  return conforming(value, schema, kind, document.length <= MAX_THOROUGH);
}

/** Takes a value that has been parsed for what its schema says. */
export function asDocument<T>(
  value: unknown,
  schema: Schema<T>,
  kind: DocumentKind,
): T {
  return conforming(value, schema, kind, true);
}

function conforming<T>(
  value: unknown,
  schema: Schema<T>,
  { name, code }: DocumentKind,
  all: boolean,
): T {
  const problems = findProblems(schema, value, all);
  if (problems.length > 0) throw invalid(code, name, problems);
  // The schema changes nothing, so what it has accepted is what it describes, with all that it does not look at.
  return value as T;
}

function unreadable(error: unknown, { name, code }: DocumentKind): OciError {
  const why =
    error instanceof SyntaxError
      ? `expected JSON: ${error.message}`
      : error instanceof RangeError
        ? "expected less nesting"
        : "expected UTF-8";
  return new OciError(code, `invalid ${name}: ${why}`, { cause: error });
}
