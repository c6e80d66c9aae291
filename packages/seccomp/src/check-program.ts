import { SeccompError } from "./error.ts";
import {
  BPF_MAXINSNS,
  BPF_MEMWORDS,
  type Instruction,
  opcodeName,
  type OpcodeName,
  parseInstructions,
  SECCOMP_DATA_SIZE,
} from "./instruction.ts";

/**
 * Checks what the kernel checks before it takes a program for a filter: 1 to 4096 instructions that exist, jumps to one
 * of them, a return at the end, loads within struct seccomp_data, no read of scratch memory that nothing was written to.
 * @throws {SeccompError} `ERR_SECCOMP_PROGRAM`, with the instruction that is wrong.
 */
export function checkProgram(program: Uint8Array): void {
  const instructions = parseInstructions(program);
  const { length } = instructions;
  if (length === 0 || length > BPF_MAXINSNS)
    throw invalid(`${length} instructions: expected 1 to ${BPF_MAXINSNS}`);
  for (const [i, each] of instructions.entries()) {
    const problem = problemWith(each, length - i - 1);
    if (problem !== undefined) throw invalid(`instruction ${i}: ${problem}`);
  }
  const last = instructions.at(-1);
  if (last === undefined || !returns(last))
    throw invalid(`instruction ${length - 1}: expected a return at the end`);
  checkMemory(instructions);
}

function invalid(what: string): SeccompError {
  return new SeccompError("ERR_SECCOMP_PROGRAM", `invalid program: ${what}`);
}

function returns({ code }: Instruction): boolean {
  const name = opcodeName(code);
  return name === "RET_K" || name === "RET_A";
}

/** What is wrong with an instruction that `left` others come after. */
function problemWith(
  { code, jt, jf, k }: Instruction,
  left: number,
): string | undefined {
  const name = opcodeName(code);
  if (name === undefined)
    return `no code 0x${code.toString(16)} is allowed in filters`;
  if (name === "JA")
    return k >= left ? "the jump leaves the program" : undefined;
  if (name.startsWith("J"))
    return Math.max(jt, jf) >= left ? "the jump leaves the program" : undefined;
  if (name === "LD_ABS" && (k % 4 !== 0 || k >= SECCOMP_DATA_SIZE))
    return `a load of offset ${k}: expected a multiple of 4 below ${SECCOMP_DATA_SIZE}`;
  if (usesMemory(name) && k >= BPF_MEMWORDS)
    return `scratch memory ${k}: expected less than ${BPF_MEMWORDS}`;
  if (name === "DIV_K" && k === 0) return "a division by 0";
  if ((name === "LSH_K" || name === "RSH_K") && k >= 32)
    return `a shift by ${k}: expected less than 32`;
  return undefined;
}

function usesMemory(name: OpcodeName): boolean {
  return ["LD_MEM", "LDX_MEM", "ST", "STX"].includes(name);
}

/**
 * Jumps go forward only, so one pass knows what has been written on every way to an instruction. To the kernel, whose
 * answer this is, a return goes on to the next one.
 */
function checkMemory(instructions: readonly Instruction[]): void {
  const ALL = (1 << BPF_MEMWORDS) - 1;
  const known = new Array<number>(instructions.length).fill(ALL);
  known[0] = 0;
  for (const [i, { code, jt, jf, k }] of instructions.entries()) {
    let words = known[i] ?? ALL;
    const name = opcodeName(code);
    const reach = (target: number): void => {
      if (target < known.length) known[target] = (known[target] ?? ALL) & words;
    };
    if (name === "ST" || name === "STX") words |= 1 << k;
    if ((name === "LD_MEM" || name === "LDX_MEM") && (words & (1 << k)) === 0)
      throw invalid(
        `instruction ${i}: a read of scratch memory ${k}, which nothing has written to`,
      );
    if (name === "JA") reach(i + 1 + k);
    else if (name?.startsWith("J") === true) {
      reach(i + 1 + jt);
      reach(i + 1 + jf);
    } else reach(i + 1);
  }
}
