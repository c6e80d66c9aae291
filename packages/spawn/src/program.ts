import {
  Arena,
  encodeArgs,
  type EncodedArg,
  errnoNumber,
  type Inherited,
  isInherited,
  type Pointer,
  type Register,
  type Step,
  syscallError,
  type SyscallError,
} from "@ns/syscalls";

/** A place in a program that jumps lead to, before or after it is known. */
export interface Label {
  /** Index of the operation, once placed. */
  at: number | undefined;
}

type Condition = "always" | "equal" | "not-equal";

/** The numbers of native/nsinit.c. */
const CODE = { call: 1, set: 2, load: 3, store: 4, decimal: 5, jump: 6, fail: 7, report: 8 } as const;
const KIND = { immediate: 0, address: 1, register: 2 } as const;
const CONDITION = { always: 0, equal: 1, "not-equal": 2 } as const;
const MAGIC = 0x3170736e;
const HEADER_SIZE = 24;
const OP_SIZE = 96;
const RELOCATION_SIZE = 8;
const NO_REGISTER = 255;

interface Op {
  readonly code: keyof typeof CODE;
  readonly step?: number;
  readonly nr?: number;
  readonly target?: Label;
  readonly args?: readonly EncodedArg[];
  readonly into?: Register | undefined;
  readonly width?: 4 | 8;
  readonly condition?: Condition;
  readonly expected?: Step["ignore"];
}

/** What the bytes of a program depend on: known when the process is about to be launched. */
export interface Placement {
  /** The descriptor on which the program reports; its number in the new process. */
  readonly statusFd: number;
  /** The number that a passed-on descriptor has in the new process. */
  inheritedFd(inherited: Inherited): number;
}

/**
 * A list of operations for the native stage, and what each of its steps was, for the error.
 * The shape of an operation is `struct op` of native/nsinit.c.
 */
export class Program {
  readonly #arena = new Arena();
  readonly #ops: Op[] = [];
  readonly #steps: Step[] = [];
  /** What a failure of a step is said of, where that is not the step itself. */
  readonly #subjects = new Map<number, Step>();
  readonly #registers = new Map<Register, number>();

  /** The steps in the order they were added: the plan. */
  get steps(): readonly Step[] {
    return this.#steps;
  }

  /** Adds a syscall, with what its annotations ask for. */
  call(step: Step): void {
    this.#steps.push(step);
    const index = this.#steps.length;
    const { stores, decimals, captures } = this.#arena;
    const [firstStore, firstDecimal, firstCapture] = [stores.length, decimals.length, captures.length];
    const args = encodeArgs(step, this.#arena);
    for (const { at, width, value } of stores.slice(firstStore)) {
      this.#ops.push({ code: "store", width, args: [{ kind: "pointer", at }, value] });
    }
    for (const { at, register } of decimals.slice(firstDecimal)) {
      this.#ops.push({ code: "decimal", args: [{ kind: "pointer", at }, register] });
    }
    const otherwise = this.label();
    const end = this.label();
    this.#ops.push({
      code: "call",
      step: index,
      nr: step.nr,
      args,
      into: step.into,
      ...(step.ignore !== undefined && { expected: step.ignore, target: otherwise }),
    });
    for (const { at, width, register } of captures.slice(firstCapture)) {
      this.load(register, { kind: "pointer", at }, width);
    }
    if (step.otherwise === undefined) {
      this.place(otherwise);
      return;
    }
    this.jump(end);
    this.place(otherwise);
    for (const other of step.otherwise) this.call(other);
    this.place(end);
  }

  label(): Label {
    return { at: undefined };
  }

  /** Makes `label` the place where the next operation is. */
  place(label: Label): void {
    label.at = this.#ops.length;
  }

  jump(target: Label): void {
    this.#ops.push({ code: "jump", condition: "always", target });
  }

  /** Jumps if the register holds `value`, or if it does not. */
  jumpIf(register: Register, condition: "equal" | "not-equal", value: number, target: Label): void {
    this.#ops.push({ code: "jump", condition, args: [register, value], target });
  }

  set(register: Register, value: number | Register): void {
    this.#ops.push({ code: "set", into: register, args: [value] });
  }

  /** Reserves zeroed memory in the program's data. */
  reserve(size: number): Pointer {
    return { kind: "pointer", at: this.#arena.reserve(size) };
  }

  load(register: Register, from: Pointer, width: 4 | 8): void {
    this.#ops.push({ code: "load", into: register, args: [from], width });
  }

  /** Tells the parent `value`, as a message of the given kind. */
  report(kind: number, value: number | Register): void {
    this.#ops.push({ code: "report", step: this.#steps.length, args: [kind, value] });
  }

  /** Writes the low `width` bytes of an integer to `to`. */
  store(to: Pointer, value: number, width: 4 | 8): void {
    this.#ops.push({ code: "store", args: [to, value], width });
  }

  /** Ends with the errno in the register, as a failure of the latest step or of what is named instead. */
  fail(error: Register, subject?: Step): void {
    const step = this.#steps.length;
    if (subject !== undefined) this.#subjects.set(step, subject);
    this.#ops.push({ code: "fail", step, args: [error] });
  }

  /** The error of the step that the native stage reported. */
  error(stepIndex: number, errno: number): SyscallError {
    const failed = this.#subjects.get(stepIndex) ?? this.#steps[stepIndex - 1];
    if (failed === undefined) throw new RangeError(`invalid step ${stepIndex} of ${this.#steps.length}`);
    return syscallError(failed, errno, { step: { index: stepIndex, total: this.#steps.length } });
  }

  /** The program as nsinit reads it. */
  encode(placement: Placement): Buffer {
    const { bytes: data, relocations } = this.#arena;
    const opsAt = HEADER_SIZE;
    const relocationsAt = opsAt + this.#ops.length * OP_SIZE;
    const dataAt = relocationsAt + relocations.length * RELOCATION_SIZE;
    const image = Buffer.alloc(dataAt + data.length);
    image.writeUInt32LE(MAGIC, 0);
    image.writeUInt32LE(placement.statusFd, 4);
    image.writeUInt32LE(this.#ops.length, 8);
    image.writeUInt32LE(relocations.length, 12);
    image.writeBigUInt64LE(BigInt(data.length), 16);
    for (const [i, op] of this.#ops.entries()) this.#encodeOp(op, image, opsAt + i * OP_SIZE, placement);
    for (const [i, { at, to }] of relocations.entries()) {
      image.writeUInt32LE(at, relocationsAt + i * RELOCATION_SIZE);
      image.writeUInt32LE(to, relocationsAt + i * RELOCATION_SIZE + 4);
    }
    image.set(data, dataAt);
    return image;
  }

  #encodeOp(op: Op, image: Buffer, at: number, placement: Placement): void {
    image[at] = CODE[op.code];
    image[at + 1] = op.into === undefined ? NO_REGISTER : this.#number(op.into);
    image[at + 2] = op.width ?? 0;
    image[at + 3] = CONDITION[op.condition ?? "always"];
    image.writeUInt32LE(op.step ?? 0, at + 4);
    image.writeUInt32LE(op.nr ?? 0, at + 8);
    image.writeUInt32LE(this.#targetOf(op), at + 12);
    for (const [i, arg] of (op.args ?? []).entries()) {
      const [kind, value] = this.#resolve(arg, placement);
      image[at + 16 + i] = kind;
      image.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)), at + 24 + i * 8);
    }
    for (const [i, bits] of expectedBits(op.expected).entries()) image.writeBigUInt64LE(bits, at + 72 + i * 8);
  }

  #resolve(arg: EncodedArg, placement: Placement): [kind: number, value: number | bigint] {
    if (typeof arg !== "object") return [KIND.immediate, arg];
    if (isInherited(arg)) return [KIND.immediate, placement.inheritedFd(arg)];
    return arg.kind === "pointer" ? [KIND.address, arg.at] : [KIND.register, this.#number(arg)];
  }

  #targetOf({ target }: Op): number {
    if (target === undefined) return 0;
    if (target.at === undefined) throw new TypeError("a jump leads to a label that was not placed");
    return target.at;
  }

  #number(register: Register): number {
    const known = this.#registers.get(register);
    if (known !== undefined) return known;
    const number = this.#registers.size;
    if (number >= NO_REGISTER) throw new RangeError(`too many registers: a program has ${NO_REGISTER}`);
    this.#registers.set(register, number);
    return number;
  }
}

const EXPECTED_BITS = 192;

/** A bit for each expected errno; bit 0 stands for those from 192 on. */
function expectedBits(expected: Step["ignore"]): bigint[] {
  if (expected === undefined) return [];
  if (expected === "any") return Array<bigint>(3).fill(0xffffffffffffffffn);
  const words = [0n, 0n, 0n];
  for (const name of expected) {
    const number = errnoNumber(name);
    const bit = number < EXPECTED_BITS ? number : 0;
    words[bit >> 6] = (words[bit >> 6] ?? 0n) | (1n << BigInt(bit & 63));
  }
  return words;
}
