import { formatVerdict, parseVerdict } from "./action.ts";
import {
  type ArchitectureName,
  architectureName,
  X32_SYSCALL_BIT,
} from "./architecture.ts";
import {
  type Instruction,
  opcodeName,
  type OpcodeName,
  parseInstructions,
} from "./instruction.ts";
import { fieldName, type Known, knownAt } from "./internal/known.ts";
import { syscallName } from "./libseccomp.ts";

/** How a program is printed. */
export interface FormatOptions {
  /**
   * Names syscalls. Default: libseccomp does ({@link syscallName}). `() => undefined` leaves their numbers, and needs no
   * library.
   */
  readonly syscallName?: (
    nr: number,
    architecture: ArchitectureName,
  ) => string | undefined;
}

/**
 * Prints a program, an instruction a line, with the names of architectures, syscalls and actions:
 * `  12  if nr == 165 (mount) goto 14 else 15`. Whatever the bytes are, there is a line for it.
 * @throws {SeccompError} `ERR_SECCOMP_PROGRAM` if they are no whole number of instructions; `ERR_SECCOMP_LIBRARY`
 *   without libseccomp, unless `syscallName` is given.
 */
export function formatProgram(
  program: Uint8Array,
  options: FormatOptions = {},
): string {
  const instructions = parseInstructions(program);
  const known = knownAt(instructions);
  const width = String(instructions.length).length;
  const name = options.syscallName ?? syscallName;
  return instructions
    .map((each, at) => {
      const text = formatInstruction(each, at, known[at] ?? {}, name);
      return `${String(at).padStart(width)}  ${text}\n`;
    })
    .join("");
}

type Namer = NonNullable<FormatOptions["syscallName"]>;

function formatInstruction(
  each: Instruction,
  at: number,
  known: Known,
  namer: Namer,
): string {
  const { code, jt, jf, k } = each;
  const name = opcodeName(code);
  if (name === undefined)
    return `? code 0x${code.toString(16)} jt ${jt} jf ${jf} k ${hex(k)}`;
  if (name === "RET_K") return `return ${formatVerdict(parseVerdict(k))}`;
  if (name === "RET_A") return "return A";
  if (name === "JA") return `goto ${at + 1 + k}`;
  if (name.startsWith("J")) {
    const condition = formatCondition(name, k, known, namer);
    return `if ${condition} goto ${at + 1 + jt} else ${at + 1 + jf}`;
  }
  return formatMove(name, k);
}

const COMPARISONS: Readonly<Record<string, string>> = {
  JEQ: "==",
  JGT: ">",
  JGE: ">=",
  JSET: "&",
};

function formatCondition(
  name: OpcodeName,
  k: number,
  known: Known,
  namer: Namer,
): string {
  const [operation = "", operand] = name.split("_");
  const left = known.loaded ?? "A";
  const compare = `${left} ${COMPARISONS[operation] ?? operation}`;
  return operand === "X"
    ? `${compare} X`
    : `${compare} ${formatConstant(k, operation, known, namer)}`;
}

function formatConstant(
  k: number,
  operation: string,
  { loaded, arch }: Known,
  namer: Namer,
): string {
  if (operation === "JSET") return hex(k);
  if (loaded === "arch")
    return architectureName(k)?.slice("SCMP_ARCH_".length) ?? hex(k);
  if (loaded !== "nr") return hex(k);
  const syscall = arch === undefined ? undefined : nameOf(k, arch, namer);
  const number = k >= X32_SYSCALL_BIT ? hex(k) : k.toString();
  return syscall === undefined ? number : `${number} (${syscall})`;
}

function nameOf(nr: number, audit: number, namer: Namer): string | undefined {
  const name = architectureName(audit);
  if (name === undefined) return undefined;
  const isX32 = name === "SCMP_ARCH_X86_64" && nr >= X32_SYSCALL_BIT;
  return namer(nr, isX32 ? "SCMP_ARCH_X32" : name);
}

const FIXED: Partial<Readonly<Record<OpcodeName, string>>> = {
  LD_LEN: "A = 64",
  LDX_LEN: "X = 64",
  TAX: "X = A",
  TXA: "A = X",
  NEG: "A = -A",
};

const ARITHMETIC: Readonly<Record<string, string>> = {
  ADD: "+",
  SUB: "-",
  MUL: "*",
  DIV: "/",
  OR: "|",
  AND: "&",
  XOR: "^",
  LSH: "<<",
  RSH: ">>",
};

function formatMove(name: OpcodeName, k: number): string {
  const fixed = FIXED[name];
  if (fixed !== undefined) return fixed;
  if (name === "LD_ABS") return `A = ${fieldName(k)}`;
  if (name === "LD_IMM") return `A = ${hex(k)}`;
  if (name === "LDX_IMM") return `X = ${hex(k)}`;
  if (name === "LD_MEM") return `A = M[${k}]`;
  if (name === "LDX_MEM") return `X = M[${k}]`;
  if (name === "ST") return `M[${k}] = A`;
  if (name === "STX") return `M[${k}] = X`;
  const [operation = "", operand] = name.split("_");
  return `A = A ${ARITHMETIC[operation] ?? operation} ${operand === "X" ? "X" : hex(k)}`;
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
