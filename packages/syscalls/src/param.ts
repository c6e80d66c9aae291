import type { Arena, EncodedArg } from "./arena.ts";
import { type Captures, type Decimal, type Fd, isCaptures, isInherited, isRegister, type Text } from "./argument.ts";
import { AtFlags } from "./constants/file.ts";
import { encodeStruct, formatStruct, type Layout } from "./struct.ts";

/**
 * One parameter of a syscall: how a JavaScript value becomes a register's worth of bits
 * (placing what it points to in the arena), and how it is printed, in strace's form.
 */
export interface Param<T> {
  readonly name: string;
  /** Which part of an error message this argument is: Node's `path` or `dest`. */
  readonly role?: "path" | "dest";
  /** @throws {TypeError} if the value cannot be this parameter. */
  encode(value: T, arena: Arena): EncodedArg;
  format(value: T): string;
}

/** A table of the kernel's constants, with the prefix its keys leave out. */
export interface ConstantTable {
  readonly prefix: string;
  readonly values: Readonly<Record<string, number | bigint>>;
}

/** A signed integer, printed in decimal. */
export function int(name: string): Param<number | bigint> {
  return { name, encode: (value) => checkInteger(name, value), format: (value) => value.toString() };
}

/** A mode, printed in octal. */
export function octal(name: string): Param<number> {
  return {
    name,
    encode: (value) => checkInteger(name, value),
    format: (value) => (value === 0 ? "0" : `0${value.toString(8)}`),
  };
}

/** An address or opaque word, printed in hexadecimal. */
export function hex(name: string): Param<number | bigint> {
  return {
    name,
    encode: (value) => checkInteger(name, value),
    format: (value) => (BigInt(value) === 0n ? "0" : `0x${BigInt.asUintN(64, BigInt(value)).toString(16)}`),
  };
}


/** A file descriptor; `AT_FDCWD` is printed by name, a register as `<name>`. */
export function fd(name: string): Param<Fd> {
  return {
    name,
    encode: (value) => checkFd(name, value),
    format: formatFd,
  };
}

function checkFd(name: string, value: Fd): EncodedArg {
  return isRegister(value) || isInherited(value) ? value : checkInteger(name, value);
}

function formatFd(value: Fd): string {
  if (value === AtFlags.FDCWD) return "AT_FDCWD";
  if (typeof value === "number") return value.toString();
  return isInherited(value) ? `<${value.label}>` : `<${value.name}>`;
}

/** A word that may be an integer or a register: a pid, the last argument of `ioctl`. */
export function word(name: string): Param<bigint | Fd> {
  return {
    name,
    encode: (value) => (typeof value === "bigint" ? value : checkFd(name, value)),
    format: (value) => (typeof value === "bigint" ? value.toString() : formatFd(value)),
  };
}

/** A set of flags, printed by name: `MS_NOSUID|MS_NODEV`. */
export function flags(name: string, table: ConstantTable): Param<number | bigint> {
  return {
    name,
    // JavaScript's | yields a signed 32-bit number: 1 << 31 is negative, and meant as an unsigned mask.
    encode: (value) => {
      const checked = checkInteger(name, value);
      return typeof checked === "number" ? checked >>> 0 : checked;
    },
    format: (value) => formatFlags(value, table),
  };
}

/** Prints a mask by the names of `table`; bits without a name follow in hexadecimal. */
export function formatFlags(value: number | bigint, table: ConstantTable): string {
  let rest = typeof value === "number" ? BigInt(value >>> 0) : BigInt.asUintN(64, value);
  if (rest === 0n) return "0";
  const names: string[] = [];
  const named = Object.entries(table.values)
    .map(([key, bits]) => [key, typeof bits === "number" ? BigInt(bits >>> 0) : bits] as const)
    .filter(([, bits]) => bits !== 0n);
  // Wider constants first, so that a combination is printed by its own name and not as its parts.
  const widest = named.toSorted((a, b) => ones(b[1]) - ones(a[1]));
  for (const [key, bits] of widest) {
    if ((rest & bits) !== bits) continue;
    names.push(table.prefix + key);
    rest &= ~bits;
  }
  const order = named.map(([key]) => table.prefix + key);
  names.sort((a, b) => order.indexOf(a) - order.indexOf(b));
  if (rest !== 0n) names.push(`0x${rest.toString(16)}`);
  return names.join("|");
}

function ones(bits: bigint): number {
  return bits.toString(2).replaceAll("0", "").length;
}

/** One constant out of a table: `PR_SET_NO_NEW_PRIVS`. */
export function oneOf(name: string, table: ConstantTable): Param<number> {
  return {
    name,
    encode: (value) => checkInteger(name, value),
    format: (value) => {
      const key = Object.keys(table.values).find((k) => table.values[k] === value);
      return key === undefined ? value.toString() : table.prefix + key;
    },
  };
}

/** A NUL-terminated string, or NULL. */
export function cstring(name: string, role?: "path" | "dest"): Param<string | Decimal | null> {
  return {
    name,
    ...(role !== undefined && { role }),
    encode: (value, arena) => {
      if (value === null) return 0;
      if (typeof value === "object") return arena.placeDecimal(value.register);
      if (typeof value !== "string") throw new TypeError(`invalid ${name}: expected a string or null`);
      if (value.includes("\0")) {
        throw new TypeError(`invalid ${name} ${quote(value)}: expected a string without NUL characters`);
      }
      return arena.placeString(value);
    },
    format: formatText,
  };
}

function formatText(value: string | Decimal | null): string {
  if (value === null) return "NULL";
  return typeof value === "string" ? quote(value) : `"<${value.register.name}>"`;
}

/** A path, the subject of error messages. */
export function path(name: string): Param<string | Decimal | null> {
  return cstring(name, "path");
}

/** The path an operation leads to: the `dest` of error messages. */
export function dest(name: string): Param<string | Decimal | null> {
  return cstring(name, "dest");
}

/** A NULL-terminated array of strings: `argv`, `envp`. */
export function strings(name: string): Param<readonly (string | Decimal)[]> {
  const one = cstring(name);
  return {
    name,
    encode: (value, arena) => {
      const at = arena.reserve((value.length + 1) * 8);
      for (const [i, text] of value.entries()) arena.write(at + i * 8, 8, one.encode(text, arena));
      return { kind: "pointer", at };
    },
    format: (value) => `[${value.map(formatText).join(", ")}]`,
  };
}

/** An environment, printed as its size: it may hold secrets, and is long. */
export function environment(name: string): Param<readonly (string | Decimal)[]> {
  return { ...strings(name), format: (value) => `/* ${value.length} vars */` };
}

/** A buffer the kernel reads, or NULL. */
export function input(name: string): Param<Uint8Array | string | null> {
  return {
    name,
    encode: (value, arena) => {
      if (value === null) return 0;
      return arena.place(typeof value === "string" ? Buffer.from(value) : value);
    },
    format: (value) => {
      if (value === null) return "NULL";
      return typeof value === "string" ? quote(value) : quoteBytes(value);
    },
  };
}

/** A buffer the kernel writes: the caller's own, or registers that capture parts of it, or NULL. */
export function output(name: string): Param<ArrayBufferView | Captures | null> {
  return {
    name,
    encode: (value, arena) => {
      if (value === null) return 0;
      if (isCaptures(value)) {
        const at = arena.reserve(value.size);
        for (const capture of value.captures) arena.captures.push({ ...capture, at: at + capture.at });
        return { kind: "pointer", at };
      }
      const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
      // What the caller put there goes in too: many calls read the buffer they write (ioctl, recvmsg).
      const pointer = arena.place(bytes);
      arena.copies.push({ at: pointer.at, target: bytes });
      return pointer;
    },
    format: (value) => {
      if (value === null) return "NULL";
      if (isCaptures(value)) return `[${value.captures.map((c) => `<${c.register.name}>`).join(", ")}]`;
      return `/* ${value.byteLength} bytes */`;
    },
  };
}

/** A pointer to a struct the kernel reads, or NULL. */
export function struct<T>(name: string, shape: Layout<T>): Param<T | null> {
  return {
    name,
    encode: (value, arena) => (value === null ? 0 : encodeStruct(shape, value, arena)),
    format: (value) => (value === null ? "NULL" : formatStruct(shape, value)),
  };
}

/** An argument whose kind depends on another one, as of ioctl(2) and prctl(2). */
export type AnyArg = bigint | Fd | Text | ArrayBufferView | Captures | null;

/** A parameter of any kind: an integer or register, a string, or a buffer that is read and written. */
export function anyArg(name: string): Param<AnyArg> {
  const kinds = { text: cstring(name), buffer: output(name), number: word(name) };
  return {
    name,
    encode: (value, arena) => {
      if (isText(value)) return kinds.text.encode(value, arena);
      if (ArrayBuffer.isView(value) || isCaptures(value)) return kinds.buffer.encode(value, arena);
      return kinds.number.encode(value, arena);
    },
    format: (value) => {
      if (isText(value)) return kinds.text.format(value);
      if (ArrayBuffer.isView(value) || isCaptures(value)) return kinds.buffer.format(value);
      return kinds.number.format(value);
    },
  };
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
      for (const [i, each] of value.entries()) arena.write(at + i * 4, 4, checkInteger(name, each));
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

function checkInteger<T extends number | bigint>(name: string, value: T): T {
  if (typeof value === "bigint" || Number.isSafeInteger(value)) return value;
  throw new TypeError(`invalid ${name} '${String(value)}': expected an integer`);
}

