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
): Buffer {
  const relocationsAt = HEADER_SIZE + ops.length * OP_SIZE;
  const dataAt = relocationsAt + relocations.length * RELOCATION_SIZE;
  const image = Buffer.alloc(dataAt + data.length);
  const view = new DataView(image.buffer, image.byteOffset, image.length);
  writeWord(view, 0, MAGIC);
  view.setUint32(4, placement.statusFd, true);
  view.setUint32(8, ops.length, true);
  view.setUint32(12, relocations.length, true);
  writeWord(view, 16, data.length);
  const registers = new Map<Register, number>();
  let at = HEADER_SIZE;
  for (const op of ops) {
    encodeOp(op, view, at, { registers, placement });
    at += OP_SIZE;
  }
  for (const { at: from, to } of relocations) {
    view.setUint32(at, from, true);
    view.setUint32(at + 4, to, true);
    at += RELOCATION_SIZE;
  }
  image.set(data, dataAt);
  return image;
}

interface Numbering {
  readonly registers: Map<Register, number>;
  readonly placement: Placement;
}

function encodeOp(
  op: Op,
  view: DataView,
  at: number,
  numbering: Numbering,
): void {
  view.setUint8(at, CODE[op.code]);
  view.setUint8(
    at + 1,
    op.into === undefined ? NO_REGISTER : numberOf(op.into, numbering),
  );
  if (op.code === "call") {
    encodeCloses(op, view, at, numbering);
  } else {
    view.setUint8(at + 2, op.width ?? 0);
    view.setUint8(at + 3, CONDITION[op.condition ?? "always"]);
  }
  view.setUint32(at + 4, op.step ?? 0, true);
  view.setUint32(at + 8, op.nr ?? 0, true);
  view.setUint32(at + 12, targetOf(op), true);
  let kindAt = at + 16;
  let argAt = at + ARGS_AT;
  for (const arg of op.args ?? []) {
    view.setUint8(kindAt++, encodeArg(arg, view, argAt, numbering));
    argAt += 8;
  }
  if (op.expected !== undefined)
    encodeExpected(op.expected, view, at + EXPECTED_AT);
}

/** The registers to be closed are where another operation has its width and its condition. */
function encodeCloses(
  { closes: [first, second, ...more] = [] }: Op,
  view: DataView,
  at: number,
  numbering: Numbering,
): void {
  if (more.length > 0)
    throw new RangeError("too many descriptors: a step closes two at most");
  const numberIn = (register: Register | undefined): number =>
    register === undefined ? NO_REGISTER : numberOf(register, numbering);
  view.setUint8(at + 2, numberIn(first));
  view.setUint8(at + 3, numberIn(second));
}

/** Writes the argument and returns its kind. */
function encodeArg(
  arg: EncodedArg,
  view: DataView,
  at: number,
  numbering: Numbering,
): number {
  if (typeof arg !== "object") {
    writeWord(view, at, arg);
    return KIND.immediate;
  }
  if (isInherited(arg)) {
    writeWord(view, at, numbering.placement.inheritedFd(arg));
    return KIND.immediate;
  }
  if (arg.kind === "pointer") {
    writeWord(view, at, arg.at);
    return KIND.address;
  }
  writeWord(view, at, numberOf(arg, numbering));
  return KIND.register;
}

/** Writes 64 bits; without the cost of a bigint where the value is a number. */
function writeWord(view: DataView, at: number, value: number | bigint): void {
  if (typeof value === "bigint") {
    view.setBigUint64(at, BigInt.asUintN(64, value), true);
    return;
  }
  view.setUint32(at, value >>> 0, true);
  view.setUint32(at + 4, Math.floor(value / 0x1_0000_0000) >>> 0, true);
}

function targetOf({ target }: Op): number {
  if (target === undefined) return 0;
  if (target.at === undefined)
    throw new TypeError("a jump leads to a label that was not placed");
  return target.at;
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
  view: DataView,
  at: number,
): void {
  if (expected === "any") {
    for (let byte = 0; byte < EXPECTED_BITS / 8; byte++)
      view.setUint8(at + byte, 0xff);
    return;
  }
  for (const name of expected) {
    const errno = errnoNumber(name);
    const bit = errno < EXPECTED_BITS ? errno : 0;
    const byteAt = at + (bit >> 3);
    view.setUint8(byteAt, view.getUint8(byteAt) | (1 << (bit & 7)));
  }
}
