import { SeccompError } from "./error.ts";

/** One instruction: struct sock_filter of include/uapi/linux/filter.h. */
export interface Instruction {
  readonly code: number;
  /** How many instructions a jump passes over if its condition holds. */
  readonly jt: number;
  /** And if it does not. */
  readonly jf: number;
  readonly k: number;
}

/** sizeof(struct sock_filter) */
export const INSTRUCTION_SIZE = 8;

/** The most instructions that a filter may have: include/uapi/linux/bpf_common.h. */
export const BPF_MAXINSNS = 4096;

/** Words of scratch memory. */
export const BPF_MEMWORDS = 16;

/** sizeof(struct seccomp_data) */
export const SECCOMP_DATA_SIZE = 64;

/** The instructions that a seccomp filter may have: bpf(4) of the BSDs, and kernel/seccomp.c. */
export const Opcodes = {
  /** A := a word of struct seccomp_data. */
  LD_ABS: 0x20,
  LD_IMM: 0x00,
  LD_MEM: 0x60,
  LD_LEN: 0x80,
  LDX_IMM: 0x01,
  LDX_MEM: 0x61,
  LDX_LEN: 0x81,
  ST: 0x02,
  STX: 0x03,
  ADD_K: 0x04,
  ADD_X: 0x0c,
  SUB_K: 0x14,
  SUB_X: 0x1c,
  MUL_K: 0x24,
  MUL_X: 0x2c,
  DIV_K: 0x34,
  DIV_X: 0x3c,
  OR_K: 0x44,
  OR_X: 0x4c,
  AND_K: 0x54,
  AND_X: 0x5c,
  LSH_K: 0x64,
  LSH_X: 0x6c,
  RSH_K: 0x74,
  RSH_X: 0x7c,
  NEG: 0x84,
  XOR_K: 0xa4,
  XOR_X: 0xac,
  JA: 0x05,
  JEQ_K: 0x15,
  JEQ_X: 0x1d,
  JGT_K: 0x25,
  JGT_X: 0x2d,
  JGE_K: 0x35,
  JGE_X: 0x3d,
  JSET_K: 0x45,
  JSET_X: 0x4d,
  RET_K: 0x06,
  RET_A: 0x16,
  TAX: 0x07,
  TXA: 0x87,
} as const;

/** A key of {@link Opcodes}. */
export type OpcodeName = keyof typeof Opcodes;

const NAMES: ReadonlyMap<number, OpcodeName> = new Map(
  Object.entries(Opcodes).map(([name, code]) => [code, name as OpcodeName]),
);

/** The name of an instruction's code; undefined if a seccomp filter may not have it. */
export function opcodeName(code: number): OpcodeName | undefined {
  return NAMES.get(code);
}

/**
 * Takes a program apart. Whether the kernel would take it, {@link checkProgram} says.
 * @throws {SeccompError} `ERR_SECCOMP_PROGRAM` if it is no whole number of instructions.
 */
export function parseInstructions(program: Uint8Array): Instruction[] {
  if (program.byteLength % INSTRUCTION_SIZE !== 0) {
    throw new SeccompError(
      "ERR_SECCOMP_PROGRAM",
      `invalid program of ${program.byteLength} bytes: expected instructions of ${INSTRUCTION_SIZE}`,
    );
  }
  const view = new DataView(
    program.buffer,
    program.byteOffset,
    program.byteLength,
  );
  return Array.from(
    { length: program.byteLength / INSTRUCTION_SIZE },
    (_, i) => ({
      code: view.getUint16(i * INSTRUCTION_SIZE, true),
      jt: view.getUint8(i * INSTRUCTION_SIZE + 2),
      jf: view.getUint8(i * INSTRUCTION_SIZE + 3),
      k: view.getUint32(i * INSTRUCTION_SIZE + 4, true),
    }),
  );
}

/** The bytes of a program. */
export function encodeInstructions(
  instructions: readonly Instruction[],
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(instructions.length * INSTRUCTION_SIZE);
  const view = new DataView(bytes.buffer);
  for (const [i, { code, jt, jf, k }] of instructions.entries()) {
    view.setUint16(i * INSTRUCTION_SIZE, code, true);
    view.setUint8(i * INSTRUCTION_SIZE + 2, jt);
    view.setUint8(i * INSTRUCTION_SIZE + 3, jf);
    view.setUint32(i * INSTRUCTION_SIZE + 4, k, true);
  }
  return bytes;
}
