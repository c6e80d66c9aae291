/**
 * The instructions of eBPF that a device filter needs; see Documentation/bpf/standardization/instruction-set.rst of
 * the kernel. All operate on 32 bits, all jumps lead forward.
 */
export type BpfInstruction =
  /** dst = *(u32 *)(src + offset) */
  | {
      readonly op: "load";
      readonly dst: BpfRegister;
      readonly src: BpfRegister;
      readonly offset: number;
    }
  /** dst = value */
  | { readonly op: "set"; readonly dst: BpfRegister; readonly value: number }
  /** dst = src */
  | {
      readonly op: "copy";
      readonly dst: BpfRegister;
      readonly src: BpfRegister;
    }
  /** dst &= value */
  | { readonly op: "and"; readonly dst: BpfRegister; readonly value: number }
  /** dst >>= value */
  | {
      readonly op: "shiftRight";
      readonly dst: BpfRegister;
      readonly value: number;
    }
  /** Skips `skip` instructions if dst == value. */
  | {
      readonly op: "skipIfEqual";
      readonly dst: BpfRegister;
      readonly value: number;
      readonly skip: number;
    }
  /** Skips `skip` instructions if dst != value. */
  | {
      readonly op: "skipUnlessEqual";
      readonly dst: BpfRegister;
      readonly value: number;
      readonly skip: number;
    }
  /** Returns r0. */
  | { readonly op: "exit" };

/** r0 is the result, r1 the context at the start. */
export type BpfRegister = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;

export const INSTRUCTION_SIZE = 8;

/** Opcodes: class | operation | source, of include/uapi/linux/bpf.h and bpf_common.h. */
const Opcodes = {
  /** BPF_LDX | BPF_MEM | BPF_W */
  load: 0x61,
  /** BPF_ALU | BPF_MOV | BPF_K */
  set: 0xb4,
  /** BPF_ALU | BPF_MOV | BPF_X */
  copy: 0xbc,
  /** BPF_ALU | BPF_AND | BPF_K */
  and: 0x54,
  /** BPF_ALU | BPF_RSH | BPF_K */
  shiftRight: 0x74,
  /** BPF_JMP32 | BPF_JEQ | BPF_K; Linux 5.1 */
  skipIfEqual: 0x16,
  /** BPF_JMP32 | BPF_JNE | BPF_K; Linux 5.1 */
  skipUnlessEqual: 0x56,
  /** BPF_JMP | BPF_EXIT */
  exit: 0x95,
} as const satisfies Readonly<Record<BpfInstruction["op"], number>>;

/** The bytes of a program: struct bpf_insn of include/uapi/linux/bpf.h for each, little endian. */
export function encodeBpf(program: readonly BpfInstruction[]): Buffer {
  const bytes = Buffer.alloc(program.length * INSTRUCTION_SIZE);
  for (const [i, instruction] of program.entries()) {
    const at = i * INSTRUCTION_SIZE;
    const dst = "dst" in instruction ? instruction.dst : 0;
    const src = "src" in instruction ? instruction.src : 0;
    bytes.writeUInt8(Opcodes[instruction.op], at);
    bytes.writeUInt8((src << 4) | dst, at + 1);
    bytes.writeInt16LE(offsetOf(instruction), at + 2);
    bytes.writeUInt32LE("value" in instruction ? instruction.value : 0, at + 4);
  }
  return bytes;
}

function offsetOf(instruction: BpfInstruction): number {
  if ("skip" in instruction) return instruction.skip;
  return "offset" in instruction ? instruction.offset : 0;
}
