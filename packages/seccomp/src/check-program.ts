import { SeccompError } from "./error.ts";
import {
  BPF_MAXINSNS,
  BPF_MEMWORDS,
  INSTRUCTION_SIZE,
  opcodeName,
  type OpcodeName,
  Opcodes,
  SECCOMP_DATA_SIZE,
} from "./instruction.ts";

/**
 * Checks what the kernel checks before it takes a program for a filter: 1 to 4096 instructions that exist, jumps to one
 * of them, a return at the end, loads within struct seccomp_data, no read of scratch memory that nothing was written to.
 * @throws {SeccompError} `ERR_SECCOMP_PROGRAM`, with the instruction that is wrong.
 */
export function checkProgram(program: Uint8Array): void {
  const { byteLength } = program;
  const length = byteLength / INSTRUCTION_SIZE;
  if (!Number.isInteger(length))
    throw invalid(`of ${byteLength} bytes: expected instructions of 8`);
  if (length === 0 || length > BPF_MAXINSNS)
    throw invalid(`of ${length} instructions: expected 1 to ${BPF_MAXINSNS}`);
  // Checked before each use, often by a process that has just begun: words are read, no objects made.
  const words = wordsOf(program);
  let usesMemory = false;
  for (let i = 0; i < length; i++) {
    const first = words[i * 2] ?? 0;
    const kind = KINDS[first & 0xffff] ?? Kind.none;
    const left = length - i - 1;
    if (kind === Kind.plain) continue;
    if (kind === Kind.branch && first >>> 24 < left) {
      if (((first >>> 16) & 0xff) < left) continue;
    }
    const problem = problemWith(first, words[i * 2 + 1] ?? 0, left, kind);
    if (problem !== undefined) throw invalid(`instruction ${i}: ${problem}`);
    usesMemory ||= kind === Kind.fetch || kind === Kind.store;
  }
  if (KINDS[(words.at(-2) ?? 0) & 0xffff] !== Kind.return)
    throw invalid(`instruction ${length - 1}: expected a return at the end`);
  if (usesMemory) checkMemory(words);
}

function invalid(what: string): SeccompError {
  const colon = what.startsWith("instruction") ? ": " : " ";
  return new SeccompError(
    "ERR_SECCOMP_PROGRAM",
    `invalid program${colon}${what}`,
  );
}

/** What there is to check of an instruction. */
const Kind = {
  none: 0,
  plain: 1,
  goto: 2,
  branch: 3,
  data: 4,
  fetch: 5,
  store: 6,
  divide: 7,
  shift: 8,
  return: 9,
} as const;

const KINDS: Readonly<Record<number, number>> = Object.fromEntries(
  Object.values(Opcodes).map((code) => [code, kindOf(opcodeName(code))]),
);

function kindOf(name: OpcodeName | undefined): number {
  if (name === undefined) return Kind.none;
  if (name === "JA") return Kind.goto;
  if (name.startsWith("J")) return Kind.branch;
  if (name.startsWith("RET")) return Kind.return;
  if (name === "LD_ABS") return Kind.data;
  if (name === "LD_MEM" || name === "LDX_MEM") return Kind.fetch;
  if (name === "ST" || name === "STX") return Kind.store;
  if (name === "DIV_K") return Kind.divide;
  return name === "LSH_K" || name === "RSH_K" ? Kind.shift : Kind.plain;
}

/** Two words an instruction, as x64 and arm64 have them: the code with both distances, and the constant. */
function wordsOf(program: Uint8Array): Uint32Array {
  // a copy: the bytes may lie anywhere
  return new Uint32Array(new Uint8Array(program).buffer);
}

/** What is wrong with an instruction of these two words that `left` others come after. */
function problemWith(
  first: number,
  k: number,
  left: number,
  kind: number,
): string | undefined {
  if (kind === Kind.branch) return "the jump leaves the program";
  if (kind === Kind.goto && k >= left) return "the jump leaves the program";
  if (kind === Kind.data && (k % 4 !== 0 || k >= SECCOMP_DATA_SIZE))
    return `a load of offset ${k}: expected a multiple of 4 below ${SECCOMP_DATA_SIZE}`;
  if ((kind === Kind.fetch || kind === Kind.store) && k >= BPF_MEMWORDS)
    return `scratch memory ${k}: expected less than ${BPF_MEMWORDS}`;
  if (kind === Kind.divide && k === 0) return "a division by 0";
  if (kind === Kind.shift && k >= 32)
    return `a shift by ${k}: expected less than 32`;
  if (kind === Kind.none)
    return `no code 0x${(first & 0xffff).toString(16)} is allowed in filters`;
  return undefined;
}

/**
 * Jumps go forward only, so one pass knows what has been written on every way to an instruction. To the kernel, whose
 * answer this is, a return goes on to the next one.
 */
function checkMemory(words: Uint32Array): void {
  const length = words.length / 2;
  const known = new Uint16Array(length).fill(0xffff);
  known[0] = 0;
  for (let i = 0; i < length; i++) {
    const first = words[i * 2] ?? 0;
    const k = words[i * 2 + 1] ?? 0;
    const kind = KINDS[first & 0xffff];
    let written = known[i] ?? 0;
    if (kind === Kind.store) written |= 1 << k;
    if (kind === Kind.fetch && (written & (1 << k)) === 0)
      throw invalid(
        `instruction ${i}: a read of scratch memory ${k}, which nothing has written to`,
      );
    for (const distance of distances(first, k, kind)) {
      const target = i + 1 + distance;
      if (target < length) known[target] = (known[target] ?? 0) & written;
    }
  }
}

function distances(
  first: number,
  k: number,
  kind: number | undefined,
): readonly number[] {
  if (kind === Kind.goto) return [k];
  return kind === Kind.branch ? [(first >>> 16) & 0xff, first >>> 24] : [0];
}
