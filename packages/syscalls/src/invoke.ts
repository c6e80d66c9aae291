import { closeSync } from "node:fs";
import { Arena, type EncodedArg } from "./arena.ts";
import { type Inherited, isInherited, type Register } from "./argument.ts";
import { encodeArgs } from "./encode.ts";
import { errnoName, errnoNumber } from "./errno.ts";
import { syscallError } from "./error.ts";
import { addressOf } from "./libc.ts";
import { rawSyscall, rawSyscallAsync } from "./raw.ts";
import type { Step, Syscall } from "./syscall.ts";

/** The results of the steps that ran so far, by register. */
export type Registers = Map<Register, number>;

/**
 * Performs a syscall in the calling thread and returns its result.
 *
 * Only this thread is affected by calls that change a thread's attributes (`unshare`, `setns`,
 * `setresuid`, `prctl`, `capset`, `umask` …): libuv's pool and V8's helpers keep theirs.
 * @throws {SyscallError} the errno, with the call's name, path and destination.
 * @throws {TypeError} if an argument cannot be what its parameter is, or the call is one that only a
 *   program may make; nothing has happened then.
 */
export function invoke(call: Syscall): number {
  const result = attempt(call, new Map());
  if (result < 0) throw syscallError(call, -result);
  return result;
}

/**
 * Performs a syscall on a thread of libuv's pool, for one that waits (`ppoll`, `waitid`, `flock`): the event
 * loop goes on meanwhile. There are four such threads (UV_THREADPOOL_SIZE), which `fs` and `dns` use too. For
 * a call that changes its thread's attributes it makes no sense: which thread that is, nobody knows.
 * @throws {SyscallError} as {@link invoke}; also `EINTR`, since signals arrive on any thread.
 */
export async function invokeAsync(call: Syscall): Promise<number> {
  const { args, collect } = prepare(call, new Map());
  const result = await rawSyscallAsync(call.nr, ...args);
  collect(result);
  if (result < 0) throw syscallError(call, -result);
  return result;
}

/**
 * Performs a sequence of steps in the calling thread, as a program does in a new process: registers
 * carry results, expected errors are passed over. Returns the registers.
 * @throws {SyscallError} of the first step that fails, with its position.
 */
export function invokeAll(steps: readonly Step[]): Registers {
  const registers: Registers = new Map();
  for (const [i, step] of steps.entries()) {
    runStep(step, registers, { index: i + 1, total: steps.length });
  }
  return registers;
}

function runStep(
  step: Step,
  registers: Registers,
  at: { index: number; total: number },
): void {
  const result = attempt(step, registers);
  if (step.into !== undefined) registers.set(step.into, result);
  if (result < 0 && !isExpected(step, result))
    throw syscallError(step, -result, { step: at });
  for (const each of step.closes ?? []) closeSync(valueOf(each, registers));
  if (result >= 0) {
    checkExpected(step, at);
    for (const next of step.then ?? []) runStep(next, registers, at);
    return;
  }
  for (const other of step.otherwise ?? []) runStep(other, registers, at);
}

function isExpected({ ignore }: Step, result: number): boolean {
  return ignore === "any" || ignore?.includes(errnoName(result)) === true;
}

function checkExpected(step: Step, at: { index: number; total: number }): void {
  const { expects } = step;
  if (expects === undefined) return;
  const wanted = Buffer.from(expects);
  const buffer = step.args.find((arg) => arg instanceof Uint8Array);
  const found = buffer?.subarray(0, wanted.length);
  if (found === undefined || !wanted.equals(found))
    throw syscallError(step, errnoNumber("EBADMSG"), { step: at });
}

/** Performs the call; a failure is the negated errno. */
function attempt(call: Syscall, registers: Registers): number {
  const { args, collect } = prepare(call, registers);
  const result = rawSyscall(call.nr, ...args);
  collect(result);
  return result;
}

/** A call whose arguments are in memory, and what is to be done with that memory when it has returned. */
interface Prepared {
  readonly args: readonly (number | bigint)[];
  readonly collect: (result: number) => void;
}

function prepare(call: Syscall, registers: Registers): Prepared {
  if (call.elsewhereOnly !== undefined) {
    throw new TypeError(
      `cannot perform ${call.name} in this process: ${call.elsewhereOnly}`,
    );
  }
  const arena = new Arena();
  const encoded = encodeArgs(call, arena);
  const memory = arena.length === 0 ? undefined : materialise(arena, registers);
  return {
    args: encoded.map((arg) => resolve(arg, memory?.address ?? 0n, registers)),
    collect: (result) => {
      if (memory !== undefined)
        collectFrom(memory.bytes, arena, result, registers);
    },
  };
}

/** Copies the arena to memory that does not move, and fills in addresses and registers. */
function materialise(
  arena: Arena,
  registers: Registers,
): { bytes: Buffer; address: bigint } {
  // A buffer of its own, off the V8 heap: small typed arrays live on the heap and move.
  const bytes = Buffer.allocUnsafeSlow(Math.max(arena.length, 128));
  bytes.set(arena.bytes);
  const address = addressOf(bytes);
  for (const { at, to } of arena.relocations)
    bytes.writeBigUInt64LE(address + BigInt(to), at);
  for (const { at, width, value } of arena.stores) {
    const number = valueOf(value, registers);
    if (width === 8) bytes.writeBigInt64LE(BigInt(number), at);
    else bytes.writeInt32LE(number, at);
  }
  for (const { at, register } of arena.decimals)
    bytes.write(`${valueOf(register, registers)}\0`, at);
  return { bytes, address };
}

/** Copies what the kernel wrote to the caller's buffers, and to registers unless the call failed. */
function collectFrom(
  bytes: Buffer,
  arena: Arena,
  result: number,
  registers: Registers,
): void {
  for (const { at, target } of arena.copies)
    target.set(bytes.subarray(at, at + target.byteLength));
  if (result < 0) return;
  for (const { at, width, register } of arena.captures) {
    registers.set(
      register,
      width === 8 ? Number(bytes.readBigInt64LE(at)) : bytes.readInt32LE(at),
    );
  }
}

function resolve(
  arg: EncodedArg,
  address: bigint,
  registers: Registers,
): number | bigint {
  if (typeof arg === "number" || typeof arg === "bigint") return arg;
  return arg.kind === "pointer"
    ? address + BigInt(arg.at)
    : valueOf(arg, registers);
}

function valueOf(value: Register | Inherited, registers: Registers): number {
  if (isInherited(value)) return value.fd;
  const known = registers.get(value);
  if (known === undefined)
    throw new TypeError(
      `register '${value.name}' is used before it has a value`,
    );
  return known;
}
