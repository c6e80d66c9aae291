import {
  errnoNumber,
  type EncodedArg,
  type Inherited,
  isInherited,
  type Register,
  type Step,
} from "@ns/syscalls";

/** A place in a program that jumps lead to, before or after it is known. */
export interface Label {
  /** Index of the operation, once placed. */
  at: number | undefined;
}

/** One operation, before it is bytes: `struct op` of native/nsinit.c. */
export interface Op {
  readonly code: keyof typeof CODE;
  readonly step?: number;
  readonly nr?: number;
  readonly target?: Label | undefined;
  readonly args?: readonly EncodedArg[];
  readonly into?: Register | undefined;
  readonly width?: 4 | 8;
  readonly condition?: keyof typeof CONDITION;
  readonly expected?: Step["ignore"];
  /** Closed when the call has been made. */
  readonly closes?: Step["closes"];
}

/** What the bytes of a program depend on: known when the process is about to be launched. */
export interface Placement {
  /** The descriptor on which the program reports; its number in the new process. */
  readonly statusFd: number;
  /** The number that a passed-on descriptor has in the new process. */
  inheritedFd(inherited: Inherited): number;
}

/** The operations, and the memory they point into. */
export interface Parts {
  readonly ops: readonly Op[];
  readonly data: Uint8Array;
  readonly relocations: readonly { readonly at: number; readonly to: number }[];
}

/** The numbers of native/nsinit.c. */
const CODE = {
  call: 1,
  set: 2,
  load: 3,
  store: 4,
  decimal: 5,
  jump: 6,
  fail: 7,
  report: 8,
} as const;
const KIND = { immediate: 0, address: 1, register: 2 } as const;
const CONDITION = { always: 0, equal: 1, "not-equal": 2 } as const;
const MAGIC = 0x3170736e;
const HEADER_SIZE = 24;
const OP_SIZE = 96;
const KINDS_AT = 16;
const ARGS_AT = 24;
const EXPECTED_AT = 72;
const RELOCATION_SIZE = 8;
const NO_REGISTER = 255;

/**
 * A program as nsinit reads it: header, operations, relocations, data.
 * @throws {RangeError} if it has more than 255 registers, or a step closes more than two.
 * @throws {TypeError} if a jump leads nowhere.
 */
export function encodeImage(
  { ops, data, relocations }: Parts,
  placement: Placement,
): Uint8Array {
  const relocationsAt = HEADER_SIZE + ops.length * OP_SIZE;
  const dataAt = relocationsAt + relocations.length * RELOCATION_SIZE;
  const image = new Image(Math.ceil((dataAt + data.length) / 8) * 8);
  const { words } = image;
  words[0] = MAGIC;
  words[1] = placement.statusFd;
  words[2] = ops.length;
  words[3] = relocations.length;
  words[4] = data.length;
  const registers = new Map<Register, number>();
  let at = HEADER_SIZE;
  for (const op of ops) {
    encodeOp(op, image, at, { registers, placement });
    at += OP_SIZE;
  }
  for (const { at: from, to } of relocations) {
    words[at / 4] = from;
    words[at / 4 + 1] = to;
    at += RELOCATION_SIZE;
  }
  image.bytes.set(data, dataAt);
  return image.bytes.subarray(0, dataAt + data.length);
}

/** Zeroed memory; both architectures are little-endian, as the file is. */
class Image {
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;

  constructor(size: number) {
    this.bytes = new Uint8Array(size);
    this.words = new Uint32Array(this.bytes.buffer);
  }
}

interface Numbering {
  readonly registers: Map<Register, number>;
  readonly placement: Placement;
}

/** Writes what is not zero. */
function encodeOp(
  op: Op,
  image: Image,
  at: number,
  numbering: Numbering,
): void {
  const { bytes, words } = image;
  const { code, into, step, nr, target, args, expected } = op;
  const word = at / 4;
  bytes[at] = CODE[code];
  bytes[at + 1] = into === undefined ? NO_REGISTER : numberOf(into, numbering);
  if (code === "call") {
    encodeCloses(op, bytes, at, numbering);
  } else {
    bytes[at + 2] = op.width ?? 0;
    bytes[at + 3] = CONDITION[op.condition ?? "always"];
  }
  if (step !== undefined) words[word + 1] = step;
  if (nr !== undefined) words[word + 2] = nr;
  if (target !== undefined) words[word + 3] = placeOf(target);
  if (args !== undefined) {
    let kindAt = at + KINDS_AT;
    let argAt = word + ARGS_AT / 4;
    for (const arg of args) {
      // most of them; what the array cannot hold is not equal
      if (typeof arg === "number" && arg >>> 0 === arg) words[argAt] = arg;
      else bytes[kindAt] = encodeArg(arg, words, argAt, numbering);
      kindAt++;
      argAt += 2;
    }
  }
  if (expected !== undefined) encodeExpected(expected, bytes, at + EXPECTED_AT);
}

/** The registers to be closed are where another operation has its width and its condition. */
function encodeCloses(
  { closes }: Op,
  bytes: Uint8Array,
  at: number,
  numbering: Numbering,
): void {
  bytes[at + 2] = NO_REGISTER;
  bytes[at + 3] = NO_REGISTER;
  if (closes === undefined) return;
  if (closes.length > 2)
    throw new RangeError("too many descriptors: a step closes two at most");
  let next = at + 2;
  for (const each of closes) bytes[next++] = numberOf(each, numbering);
}

/** Writes the argument and returns its kind. */
function encodeArg(
  arg: EncodedArg,
  words: Uint32Array,
  at: number,
  numbering: Numbering,
): number {
  if (typeof arg !== "object") {
    writeWord(words, at, arg);
    return KIND.immediate;
  }
  if (arg.kind === "pointer") {
    words[at] = arg.at;
    return KIND.address;
  }
  if (isInherited(arg)) {
    writeWord(words, at, numbering.placement.inheritedFd(arg));
    return KIND.immediate;
  }
  words[at] = numberOf(arg, numbering);
  return KIND.register;
}

/** Writes 64 bits; without the cost of a bigint where the value is a number. */
function writeWord(
  words: Uint32Array,
  at: number,
  value: number | bigint,
): void {
  if (typeof value === "bigint") {
    words[at] = Number(BigInt.asUintN(32, value));
    words[at + 1] = Number(BigInt.asUintN(32, value >> 32n));
    return;
  }
  words[at] = value;
  words[at + 1] = Math.floor(value / 0x1_0000_0000);
}

function placeOf({ at }: Label): number {
  if (at === undefined)
    throw new TypeError("a jump leads to a label that was not placed");
  return at;
}

function numberOf(register: Register, { registers }: Numbering): number {
  const known = registers.get(register);
  if (known !== undefined) return known;
  const number = registers.size;
  if (number >= NO_REGISTER)
    throw new RangeError(`too many registers: a program has ${NO_REGISTER}`);
  registers.set(register, number);
  return number;
}

const EXPECTED_BITS = 192;

/** A bit for each expected errno; bit 0 stands for those from 192 on. */
function encodeExpected(
  expected: NonNullable<Step["ignore"]>,
  bytes: Uint8Array,
  at: number,
): void {
  if (expected === "any") {
    bytes.fill(0xff, at, at + EXPECTED_BITS / 8);
    return;
  }
  for (const name of expected) {
    const errno = errnoNumber(name);
    const bit = errno < EXPECTED_BITS ? errno : 0;
    const byteAt = at + (bit >> 3);
    bytes[byteAt] = (bytes[byteAt] ?? 0) | (1 << (bit & 7));
  }
}
