import {
  Arena,
  encodeArgs,
  errnoNumber,
  type EncodedArg,
  type Inherited,
  isInherited,
  type Pointer,
  type Register,
  register,
  type Step,
  type Syscall,
  syscallError,
  type SyscallError,
} from "@ns/syscalls";
import { hintFor } from "./hint.ts";
import { encodeImage, type Label, type Op, type Placement } from "./image.ts";

/** For all that is read back: a program has only so many registers. */
const word = register("word");
const error = register("error");

/** The data of most programs. */
const ROOM = 1 << 15;

/** A list of operations for the native stage, and what each of its steps was, for the error. */
export class Program {
  readonly #arena = new Arena(ROOM);
  readonly #ops: Op[] = [];
  readonly #steps: Step[] = [];
  /** What a failure of a step is said of, where that is not the step itself. */
  readonly #subjects = new Map<number, Step>();
  readonly #shared = new Map<unknown, EncodedArg>();

  /** The steps in the order they were added: the plan. */
  get steps(): readonly Step[] {
    return this.#steps;
  }

  /** Adds a syscall, with what its annotations ask for. */
  call(step: Step): void {
    this.#steps.push(step);
    const index = this.#steps.length;
    const { stores, decimals, captures, copies } = this.#arena;
    const firstStore = stores.length;
    const firstDecimal = decimals.length;
    const firstCapture = captures.length;
    const firstCopy = copies.length;
    const args = encodeArgs(step, this.#arena);
    for (let i = firstStore; i < stores.length; i++) this.#addStore(stores[i]);
    for (let i = firstDecimal; i < decimals.length; i++)
      this.#addDecimal(decimals[i]);
    const otherwise = this.label();
    const { nr, into, ignore: expected, closes } = step;
    const target = expected === undefined ? undefined : otherwise;
    this.#ops.push({
      code: "call",
      step: index,
      nr,
      args,
      into,
      expected,
      target,
      closes,
    });
    for (let i = firstCapture; i < captures.length; i++)
      this.#addCapture(captures[i]);
    if (step.expects !== undefined)
      this.#addExpectation(step.expects, copies[firstCopy]);
    for (const next of step.then ?? []) this.call(next);
    if (step.otherwise === undefined) {
      this.place(otherwise);
      return;
    }
    const end = this.label();
    this.jump(end);
    this.place(otherwise);
    for (const other of step.otherwise) this.call(other);
    this.place(end);
  }

  /**
   * The same call with its strings shared: what several calls have in common (the arguments and the
   * environment, for each directory of PATH) is in memory once.
   */
  sharing(call: Syscall): Syscall {
    const shared = this.#shared;
    const params = call.params.map((param) => ({
      ...param,
      encode: (value: never, arena: Arena): EncodedArg => {
        const known = shared.get(value);
        if (known !== undefined) return known;
        const placed = param.encode(value, arena);
        shared.set(value, placed);
        return placed;
      },
    }));
    return { ...call, params };
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
  jumpIf(
    register: Register,
    condition: "equal" | "not-equal",
    value: number | bigint,
    target: Label,
  ): void {
    this.#ops.push({
      code: "jump",
      condition,
      args: [register, value],
      target,
    });
  }

  set(register: Register, value: number | Register): void {
    this.#ops.push({ code: "set", into: register, args: [value] });
  }

  /** Reserves zeroed memory in the program's data. */
  reserve(size: number): Pointer {
    return { kind: "pointer", at: this.#arena.reserve(size) };
  }

  /** Takes `width` bytes at `from` into the register; four are a signed integer. */
  load(register: Register, from: Pointer, width: 4 | 8): void {
    this.#ops.push({ code: "load", into: register, args: [from], width });
  }

  /** Writes the low `width` bytes of an integer to `to`. */
  store(to: Pointer, value: number | Register | Inherited, width: 4 | 8): void {
    this.#ops.push({ code: "store", args: [to, value], width });
  }

  /** Tells the parent `value`, as a message of the given kind; the process ends if nobody listens. */
  report(kind: number, value: number | Register): void {
    this.#ops.push({
      code: "report",
      step: this.#steps.length,
      args: [kind, value],
    });
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
    if (failed === undefined)
      throw new RangeError(
        `invalid step ${stepIndex} of ${this.#steps.length}`,
      );
    const hint = hintFor(failed, errno);
    return syscallError(failed, errno, {
      step: { index: stepIndex, total: this.#steps.length },
      ...(hint !== undefined && { hint }),
    });
  }

  /** This process's descriptors that the program names, each once, in the order they are first named. */
  get inherited(): readonly Inherited[] {
    const found = new Map<number, Inherited>();
    for (const { args = [] } of this.#ops) {
      for (const arg of args)
        if (isInherited(arg) && !found.has(arg.fd)) found.set(arg.fd, arg);
    }
    return [...found.values()];
  }

  /** The program as nsinit reads it. */
  encode(placement: Placement): Uint8Array {
    const { bytes: data, relocations } = this.#arena;
    return encodeImage({ ops: this.#ops, data, relocations }, placement);
  }

  #addStore(store: Arena["stores"][number] | undefined): void {
    if (store !== undefined)
      this.store({ kind: "pointer", at: store.at }, store.value, store.width);
  }

  #addDecimal(decimal: Arena["decimals"][number] | undefined): void {
    if (decimal === undefined) return;
    this.#ops.push({
      code: "decimal",
      args: [{ kind: "pointer", at: decimal.at }, decimal.register],
    });
  }

  /** Fails unless the text is in the buffer, and behind it zeros to the next multiple of four. */
  #addExpectation(
    text: string,
    buffer: Arena["copies"][number] | undefined,
  ): void {
    const wanted = Buffer.from(text);
    const padded = Buffer.alloc((wanted.length + 3) & ~3);
    padded.set(wanted);
    if (buffer === undefined || buffer.target.byteLength < padded.length)
      throw new TypeError(
        `invalid step: expected a buffer of ${padded.length} bytes that it writes`,
      );
    const { at } = buffer;
    const differs = this.label();
    const end = this.label();
    for (let i = 0; i < padded.length; i += 4) {
      this.load(word, { kind: "pointer", at: at + i }, 4);
      this.jumpIf(word, "not-equal", padded.readInt32LE(i), differs);
    }
    this.jump(end);
    this.place(differs);
    this.set(error, errnoNumber("EBADMSG"));
    this.fail(error);
    this.place(end);
  }

  #addCapture(capture: Arena["captures"][number] | undefined): void {
    if (capture !== undefined)
      this.load(
        capture.register,
        { kind: "pointer", at: capture.at },
        capture.width,
      );
  }
}
