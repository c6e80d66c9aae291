import { currentArch } from "@ns/syscalls";
import { parseVerdict, type Verdict } from "./action.ts";
import {
  type ArchitectureName,
  Architectures,
  NATIVE,
  X32_SYSCALL_BIT,
} from "./architecture.ts";
import { checkProgram } from "./check-program.ts";
import {
  BPF_MEMWORDS,
  type Instruction,
  opcodeName,
  type OpcodeName,
  parseInstructions,
  SECCOMP_DATA_SIZE,
} from "./instruction.ts";

/** A syscall as a filter sees it: struct seccomp_data of include/uapi/linux/seccomp.h. */
export interface SyscallData {
  /** By name, or as what the kernel tells the filter (`AUDIT_ARCH_*`). Default: this machine's. */
  readonly arch?: ArchitectureName | number | undefined;
  /** Its number there. For x32 with or without the bit that marks it. */
  readonly nr: number;
  /** Up to six; those that are missing are 0. */
  readonly args?: readonly (number | bigint)[] | undefined;
  readonly instructionPointer?: bigint | undefined;
}

/**
 * What a filter does with a syscall: runs the program as the kernel would, here, on data of one's own.
 * @throws {SeccompError} `ERR_SECCOMP_PROGRAM` if the kernel would not take the program.
 */
export function evaluate(program: Uint8Array, data: SyscallData): Verdict {
  checkProgram(program);
  return parseVerdict(interpret(parseInstructions(program), encode(data)));
}

function encode(data: SyscallData): DataView {
  const { arch = NATIVE[currentArch()], args = [] } = data;
  if (args.length > 6)
    throw new RangeError(`invalid args of ${args.length}: expected at most 6`);
  const view = new DataView(new ArrayBuffer(SECCOMP_DATA_SIZE));
  const nr = arch === "SCMP_ARCH_X32" ? data.nr | X32_SYSCALL_BIT : data.nr;
  view.setUint32(0, nr, true);
  view.setUint32(
    4,
    typeof arch === "number" ? arch : Architectures[arch].audit,
    true,
  );
  view.setBigUint64(8, data.instructionPointer ?? 0n, true);
  for (const [i, value] of args.entries())
    view.setBigUint64(16 + i * 8, BigInt.asUintN(64, BigInt(value)), true);
  return view;
}

interface Machine {
  a: number;
  x: number;
  readonly memory: Uint32Array;
}

/** Ends with a return, since it is the last instruction and jumps go forward only. */
function interpret(
  instructions: readonly Instruction[],
  data: DataView,
): number {
  const machine = { a: 0, x: 0, memory: new Uint32Array(BPF_MEMWORDS) };
  for (let at = 0; ; at++) {
    const each = instructions[at];
    const name = each && opcodeName(each.code);
    if (each === undefined || name === undefined)
      throw new TypeError(`no instruction at ${at} of a checked program`);
    if (name === "RET_K") return each.k;
    if (name === "RET_A") return machine.a;
    // as ever in classic BPF: the program ends there, and 0 is SECCOMP_RET_KILL_THREAD
    if (name === "DIV_X" && machine.x === 0) return 0;
    if (name === "JA") at += each.k;
    else if (name.startsWith("J"))
      at += jumps(name, machine, each.k) ? each.jt : each.jf;
    else if (!moves(name, machine, each.k, data))
      calculate(name, machine, each.k);
  }
}

function jumps(name: OpcodeName, { a, x }: Machine, k: number): boolean {
  const operand = name.endsWith("_X") ? x : k;
  if (name.startsWith("JEQ")) return a === operand;
  if (name.startsWith("JGT")) return a > operand;
  if (name.startsWith("JGE")) return a >= operand;
  return (a & operand) !== 0;
}

/** Loads, stores and transfers; false for what is none of them. */
function moves(
  name: OpcodeName,
  machine: Machine,
  k: number,
  data: DataView,
): boolean {
  const { memory } = machine;
  if (name === "LD_ABS") machine.a = data.getUint32(k, true);
  else if (name === "LD_IMM") machine.a = k;
  else if (name === "LD_MEM") machine.a = memory[k] ?? 0;
  else if (name === "LD_LEN") machine.a = SECCOMP_DATA_SIZE;
  else if (name === "LDX_IMM") machine.x = k;
  else if (name === "LDX_MEM") machine.x = memory[k] ?? 0;
  else if (name === "LDX_LEN") machine.x = SECCOMP_DATA_SIZE;
  else if (name === "ST") memory[k] = machine.a;
  else if (name === "STX") memory[k] = machine.x;
  else if (name === "TAX") machine.x = machine.a;
  else if (name === "TXA") machine.a = machine.x;
  else return false;
  return true;
}

/** Arithmetic on A, modulo 2^32. */
function calculate(name: OpcodeName, machine: Machine, k: number): void {
  const { a } = machine;
  const operand = name.endsWith("_X") ? machine.x : k;
  const operation = name.replace(/_[KX]$/, "");
  const results: Readonly<Record<string, () => number>> = {
    ADD: () => a + operand,
    SUB: () => a - operand,
    MUL: () => Math.imul(a, operand),
    DIV: () => Math.floor(a / operand),
    OR: () => a | operand,
    AND: () => a & operand,
    XOR: () => a ^ operand,
    // only the lower five bits of X count
    LSH: () => a << operand,
    RSH: () => a >>> operand,
    NEG: () => -a,
  };
  const result = results[operation];
  if (result === undefined)
    throw new TypeError(`no operation ${name} in a checked program`);
  machine.a = result() >>> 0;
}
