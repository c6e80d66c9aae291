import { isUtf8 } from "node:buffer";

/** What JSON.parse of the language standard and a plain JSON.parse of this language's types differ in. */
interface ParseContext {
  readonly source?: string;
}

interface RawJson {
  rawJSON(text: string): unknown;
}

/** Whether a text may hold a number that is not exact, or a null. */
const NEEDS_CARE = /\d{16}|:\s*null/;

/**
 * Parses JSON as a config.json is meant: an integer beyond 2^53 is a bigint, and a member that is null is not there, as
 * for Go. Most texts have neither, and are parsed five times as fast at least.
 * @throws {SyntaxError} if it is not JSON.
 * @throws {RangeError} if it is nested too deeply for that.
 */
export function parseJson(text: string): unknown {
  return NEEDS_CARE.test(text) ? JSON.parse(text, revive) : JSON.parse(text);
}

/**
 * JSON, with tabs as runc has it; a bigint is a number.
 */
export function formatJson(value: unknown): string {
  return JSON.stringify(
    value,
    (_, each: unknown) => (typeof each === "bigint" ? raw(each) : each),
    "\t",
  );
}

/**
 * The text of a document.
 * @throws {TypeError} if the bytes are not UTF-8.
 */
export function decode(document: string | Uint8Array): string {
  if (typeof document === "string") return document;
  if (!isUtf8(document)) throw new TypeError("expected UTF-8");
  return Buffer.from(
    document.buffer,
    document.byteOffset,
    document.byteLength,
  ).toString("utf8");
}

function revive(
  this: unknown,
  key: string,
  value: unknown,
  context?: ParseContext,
): unknown {
  if (typeof value === "number") {
    if (Number.isSafeInteger(value)) return value;
    const source = context?.source ?? "";
    return /^-?\d+$/.test(source) ? BigInt(source) : value;
  }
  // in an array it keeps its place, and is wrong there
  if (value === null && key !== "" && !Array.isArray(this)) return undefined;
  return value;
}

function raw(value: bigint): unknown {
  // of Node 21; the types of the language do not have it yet
  return (JSON as unknown as RawJson).rawJSON(String(value));
}
