import { type Instruction, opcodeName, Opcodes } from "../instruction.ts";

/** What is certain at an instruction, whichever way the program got there. */
export interface Known {
  /** The field of struct seccomp_data that A holds. */
  readonly loaded?: string | undefined;
  /** The architecture, once it has been compared. */
  readonly arch?: number | undefined;
}

/** Follows a program from its start. Jumps go forward only, so that one pass is enough. */
export function knownAt(instructions: readonly Instruction[]): Known[] {
  const known: (Known | undefined)[] = [{}];
  for (const [at, each] of instructions.entries()) {
    const here = known[at];
    // nothing leads here
    if (here === undefined) continue;
    for (const [target, then] of successors(each, at, here))
      known[target] = merge(known[target], then);
  }
  return instructions.map((_, at) => known[at] ?? {});
}

function successors(
  { code, jt, jf, k }: Instruction,
  at: number,
  here: Known,
): readonly (readonly [number, Known])[] {
  const name = opcodeName(code);
  if (name === "RET_K" || name === "RET_A") return [];
  if (name === "JA") return [[at + 1 + k, here]];
  if (name?.startsWith("J") === true) {
    const equal = code === Opcodes.JEQ_K && here.loaded === "arch";
    return [
      [at + 1 + jt, equal ? { ...here, arch: k } : here],
      [at + 1 + jf, here],
    ];
  }
  return [[at + 1, { ...here, loaded: loadedBy({ code, k }, here) }]];
}

function loadedBy(
  { code, k }: Pick<Instruction, "code" | "k">,
  { loaded }: Known,
): string | undefined {
  if (code === Opcodes.LD_ABS) return fieldName(k);
  const name = opcodeName(code);
  const keepsA = ["ST", "STX", "TAX", "LDX_IMM", "LDX_MEM", "LDX_LEN"];
  return name !== undefined && keepsA.includes(name) ? loaded : undefined;
}

function merge(one: Known | undefined, other: Known): Known {
  if (one === undefined) return other;
  return {
    loaded: one.loaded === other.loaded ? one.loaded : undefined,
    arch: one.arch === other.arch ? one.arch : undefined,
  };
}

/** What is at an offset of struct seccomp_data, whose words are little-endian. */
export function fieldName(offset: number): string {
  if (offset === 0) return "nr";
  if (offset === 4) return "arch";
  const half = offset % 8 === 0 ? "low" : "high";
  if (offset === 8 || offset === 12) return `instruction_pointer.${half}`;
  if (offset % 4 !== 0 || offset >= 64) return `data[${offset}]`;
  return `args[${Math.floor((offset - 16) / 8)}].${half}`;
}
