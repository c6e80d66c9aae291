import type { Arena, Pointer } from "./arena.ts";
import { type Captures, type Fd, isCaptures, type Text } from "./argument.ts";
import { checkInteger, type Param, word } from "./param.ts";
import { encodeStruct, formatStruct, type Layout } from "./struct.ts";

/** A NUL-terminated string, or NULL. */
export function cstring(
  name: string,
  role?: "path" | "dest",
): Param<Text | null> {
  return {
    name,
    ...(role !== undefined && { role }),
    encode: (value, arena) => {
      if (value === null) return 0;
      if (typeof value === "object") return arena.placeDecimal(value.register);
      checkText(name, value);
      return arena.placeString(value);
    },
    format: formatText,
  };
}

function checkText(name: string, value: unknown): asserts value is string {
  if (typeof value !== "string")
    throw new TypeError(`invalid ${name}: expected a string or null`);
  if (value.includes("\0")) {
    throw new TypeError(
      `invalid ${name} ${quote(value)}: expected a string without NUL characters`,
    );
  }
}

function formatText(value: Text | null): string {
  if (value === null) return "NULL";
  return typeof value === "string"
    ? quote(value)
    : `"<${value.register.name}>"`;
}

/** A path, the subject of error messages. */
export function path(name: string): Param<Text | null> {
  return cstring(name, "path");
}

/** The path an operation leads to: the `dest` of error messages. */
export function dest(name: string): Param<Text | null> {
  return cstring(name, "dest");
}

/** A NULL-terminated array of strings: `argv`, `envp`. */
export function strings(name: string): Param<readonly Text[]> {
  const one = cstring(name);
  return {
    name,
    encode: (value, arena) => {
      const at = arena.reserve((value.length + 1) * 8);
      const placed = isPlain(name, value)
        ? arena.placeStrings(value)
        : value.map((text) => one.encode(text, arena));
      for (const [i, pointer] of placed.entries())
        arena.write(at + i * 8, 8, pointer);
      return { kind: "pointer", at };
    },
    format: (value) => `[${value.map(formatText).join(", ")}]`,
  };
}

/** Whether all of it is text that is known now. */
function isPlain(
  name: string,
  texts: readonly Text[],
): texts is readonly string[] {
  for (const text of texts) {
    if (typeof text === "object") return false;
    checkText(name, text);
  }
  return texts.length > 0;
}

/** An environment, printed as its size: it may hold secrets, and is long. */
export function environment(name: string): Param<readonly Text[]> {
  return { ...strings(name), format: (value) => `/* ${value.length} vars */` };
}

/** A buffer the kernel reads, or NULL. */
export function input(name: string): Param<Uint8Array | string | null> {
  return {
    name,
    encode: (value, arena) => {
      if (value === null) return 0;
      return arena.place(
        typeof value === "string" ? Buffer.from(value) : value,
      );
    },
    format: (value) => {
      if (value === null) return "NULL";
      return typeof value === "string" ? quote(value) : quoteBytes(value);
    },
  };
}

/**
 * A buffer the kernel writes: the caller's own, or registers that capture parts of it, or NULL. `minimum` is
 * how many bytes the kernel writes without asking how many there are.
 */
export function output(
  name: string,
  minimum = 0,
): Param<ArrayBufferView | Captures | null> {
  return {
    name,
    encode: (value, arena) => {
      if (value === null) return 0;
      const size = sizeOf(value);
      if (size < minimum)
        throw new RangeError(
          `invalid ${name} of ${size} bytes: expected at least ${minimum}`,
        );
      return placeOutput(value, arena, size);
    },
    format: (value) => {
      if (value === null) return "NULL";
      if (isCaptures(value))
        return `[${value.captures.map((c) => `<${c.register.name}>`).join(", ")}]`;
      return `/* ${value.byteLength} bytes */`;
    },
  };
}

function placeOutput(
  value: ArrayBufferView | Captures,
  arena: Arena,
  room: number,
): Pointer {
  const at = arena.reserve(room);
  if (isCaptures(value)) {
    for (const capture of value.captures)
      arena.captures.push({ ...capture, at: at + capture.at });
  } else {
    const target = new Uint8Array(
      value.buffer,
      value.byteOffset,
      value.byteLength,
    );
    // What the caller put there goes in too: many calls read the buffer they write (ioctl, recvmsg).
    arena.bytes.set(target, at);
    arena.copies.push({ at, target });
  }
  return { kind: "pointer", at };
}

/** A pointer to a struct the kernel reads, or NULL. */
export function struct<T>(name: string, shape: Layout<T>): Param<T | null> {
  return {
    name,
    encode: (value, arena) =>
      value === null ? 0 : encodeStruct(shape, value, arena),
    format: (value) => (value === null ? "NULL" : formatStruct(shape, value)),
  };
}

/** An argument whose kind depends on another one, as of ioctl(2) and prctl(2). */
export type AnyArg = bigint | Fd | Text | ArrayBufferView | Captures | null;

/** Room for what the kernel writes when the request, and not a length, says how much: the largest is 256 bytes. */
const UNKNOWN_SIZE = 512;

/** A parameter of any kind: an integer or register, a string, or a buffer that is read and written. */
export function anyArg(name: string): Param<AnyArg> {
  const kinds = {
    text: cstring(name),
    buffer: output(name),
    number: word(name),
  };
  return {
    name,
    encode: (value, arena) => {
      if (isText(value)) return kinds.text.encode(value, arena);
      if (isBuffer(value))
        return placeOutput(value, arena, Math.max(sizeOf(value), UNKNOWN_SIZE));
      return kinds.number.encode(value, arena);
    },
    format: (value) => {
      if (isText(value)) return kinds.text.format(value);
      return isBuffer(value)
        ? kinds.buffer.format(value)
        : kinds.number.format(value);
    },
  };
}

function isBuffer(value: AnyArg): value is ArrayBufferView | Captures {
  return ArrayBuffer.isView(value) || isCaptures(value);
}

/** How many bytes the kernel may write to a buffer. */
export function sizeOf(buffer: ArrayBufferView | Captures): number {
  return isCaptures(buffer) ? buffer.size : buffer.byteLength;
}

function isText(value: AnyArg): value is Text | null {
  if (typeof value !== "object") return typeof value === "string";
  return value === null || ("kind" in value && value.kind === "decimal");
}

/** An array of 32-bit integers that the kernel reads: the ids of `setgroups`. */
export function ints(name: string): Param<readonly number[]> {
  return {
    name,
    encode: (value, arena) => {
      const at = arena.reserve(value.length * 4);
      for (const [i, each] of value.entries())
        arena.write(at + i * 4, 4, checkInteger(name, each));
      return { kind: "pointer", at };
    },
    format: (value) => `[${value.join(", ")}]`,
  };
}

/** Quotes text as C and strace do. */
export function quote(text: string): string {
  return quoteBytes(Buffer.from(text));
}

const MAX_PRINTED = 256;

function quoteBytes(bytes: Uint8Array): string {
  let out = "";
  const shown = bytes.subarray(0, MAX_PRINTED);
  for (const byte of shown) {
    if (byte === 0x22 || byte === 0x5c) out += `\\${String.fromCharCode(byte)}`;
    else if (byte === 0x0a) out += "\\n";
    else if (byte === 0x09) out += "\\t";
    else if (byte === 0x0d) out += "\\r";
    else if (byte >= 0x20 && byte < 0x7f) out += String.fromCharCode(byte);
    else out += `\\x${byte.toString(16).padStart(2, "0")}`;
  }
  return `"${out}"${bytes.length > MAX_PRINTED ? "..." : ""}`;
}

/** How many bytes the kernel gets of `data`. */
export function byteLength(data: Uint8Array | string): number {
  return typeof data === "string" ? Buffer.byteLength(data) : data.byteLength;
}
