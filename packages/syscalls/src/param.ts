import type { Arena, EncodedArg } from "./arena.ts";
import { type Fd, isInherited, isRegister } from "./argument.ts";
import { AtFlags } from "./constants/file.ts";

/**
 * One parameter of a syscall: how a JavaScript value becomes a register's worth of bits
 * (placing what it points to in the arena), and how it is printed, in strace's form.
 */
export interface Param<T> {
  readonly name: string;
  /** Which part of an error message this argument is: Node's `path` or `dest`. */
  readonly role?: "path" | "dest";
  /** @throws {TypeError} if the value cannot be this parameter. */
  readonly encode: (value: T, arena: Arena) => EncodedArg;
  readonly format: (value: T) => string;
}

/** A table of the kernel's constants, with the prefix its keys leave out. */
export interface ConstantTable {
  readonly prefix: string;
  readonly values: Readonly<Record<string, number | bigint>>;
}

/** A signed integer, printed in decimal. */
export function int(name: string): Param<number | bigint> {
  return {
    name,
    encode: (value) => checkInteger(name, value),
    format: (value) => value.toString(),
  };
}

/** A mode, printed in octal. */
export function octal(name: string): Param<number> {
  return {
    name,
    encode: (value) => checkInteger(name, value),
    format: (value) => `0${value.toString(8).padStart(2, "0")}`,
  };
}

/** An address that the caller vouches for, NULL as a rule. */
export function address(name: string): Param<number | bigint> {
  const { encode, format } = hex(name);
  return {
    name,
    encode,
    format: (value) => (BigInt(value) === 0n ? "NULL" : format(value)),
  };
}

/** An opaque word, printed in hexadecimal. */
export function hex(name: string): Param<number | bigint> {
  return {
    name,
    encode: (value) => checkInteger(name, value),
    format: (value) =>
      BigInt(value) === 0n
        ? "0"
        : `0x${BigInt.asUintN(64, BigInt(value)).toString(16)}`,
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
  return isRegister(value) || isInherited(value)
    ? value
    : checkInteger(name, value);
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
    encode: (value) =>
      typeof value === "bigint" ? value : checkFd(name, value),
    format: (value) =>
      typeof value === "bigint" ? value.toString() : formatFd(value),
  };
}

/** A set of flags, printed by name: `MS_NOSUID|MS_NODEV`. */
export function flags(
  name: string,
  table: ConstantTable,
): Param<number | bigint> {
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
export function formatFlags(
  value: number | bigint,
  table: ConstantTable,
): string {
  let rest =
    typeof value === "number" ? BigInt(value >>> 0) : BigInt.asUintN(64, value);
  if (rest === 0n) return "0";
  const names: string[] = [];
  const named = Object.entries(table.values)
    .map(
      ([key, bits]) =>
        [key, typeof bits === "number" ? BigInt(bits >>> 0) : bits] as const,
    )
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
      const key = Object.keys(table.values).find(
        (k) => table.values[k] === value,
      );
      if (key !== undefined) return table.prefix + key;
      // A small number is a number; a large one is made of bits.
      return Math.abs(value) < 0x1000
        ? value.toString()
        : `0x${(value >>> 0).toString(16)}`;
    },
  };
}

/**
 * The value itself, if it is an integer of a size that JavaScript holds exactly.
 * @throws {TypeError} if it is not.
 */
export function checkInteger<T extends number | bigint>(
  name: string,
  value: T,
): T {
  if (typeof value === "bigint" || Number.isSafeInteger(value)) return value;
  throw new TypeError(
    `invalid ${name} '${String(value)}': expected an integer`,
  );
}
