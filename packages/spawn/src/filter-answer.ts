import {
  errnoNumber,
  prctl,
  PrctlOptions,
  step,
  type Step,
} from "@ns/syscalls";

/** The kernel has no call that fails with it: only the filter can have said this. */
export const ANSWER = "EXFULL";
/**
 * "nsinit": an argument that PR_GET_SECCOMP does not look at. It has more than 32 bits, since among the calls of 32-bit
 * programs another one has prctl's number.
 */
const QUESTION = { low: 0x696e6974, high: 0x6e73 };

/** Of struct sock_filter: include/uapi/linux/bpf_common.h. */
const BPF = { LD_W_ABS: 0x20, JEQ_K: 0x15, RET_K: 0x06 } as const;
/** Offsets in struct seccomp_data, and an action: include/uapi/linux/seccomp.h. */
const DATA = { nr: 0, arg2: 24 } as const;
const RET_ERRNO = 0x50000;

/**
 * Asks the filter of {@link withAnswer} whether it is in force: it fails with {@link ANSWER}. What PR_GET_SECCOMP says
 * itself is true of any filter, that of whoever started us included, and the filter may end the process for asking.
 */
export function askFilter(): Step {
  const question = QUESTION.high * 0x1_0000_0000 + QUESTION.low;
  return step(prctl(PrctlOptions.GET_SECCOMP, question, 0, 0, 0), {
    why: "is it this filter that answers?",
  });
}

/** How many instructions the kernel takes: BPF_MAXINSNS of include/uapi/linux/bpf_common.h. */
const MOST = 4096;
const INSTRUCTION_SIZE = 8;

/** Whether a filter leaves room for the answer. */
export function hasRoom(filter: Uint8Array): boolean {
  return filter.length / INSTRUCTION_SIZE <= MOST - ANSWER_LENGTH;
}

/** How many instructions it is. */
const ANSWER_LENGTH = 7;

/**
 * The filter, and before it what answers {@link askFilter}. That lets nothing pass that did not, and leaves the kernel its
 * knowledge of which calls always pass, but of prctl(2).
 */
export function withAnswer(filter: Uint8Array): Uint8Array {
  const { LD_W_ABS, JEQ_K, RET_K } = BPF;
  // code, how many to pass over if it is equal, and if it is not, operand
  const answer = [
    [LD_W_ABS, 0, 0, DATA.nr],
    [JEQ_K, 0, 5, askFilter().nr],
    [LD_W_ABS, 0, 0, DATA.arg2],
    [JEQ_K, 0, 3, QUESTION.low],
    [LD_W_ABS, 0, 0, DATA.arg2 + 4],
    [JEQ_K, 0, 1, QUESTION.high],
    [RET_K, 0, 0, RET_ERRNO | errnoNumber(ANSWER)],
  ] as const;
  const size = ANSWER_LENGTH * INSTRUCTION_SIZE;
  const all = Buffer.alloc(size + filter.length);
  for (const [i, [code, equal, other, operand]] of answer.entries()) {
    const at = i * INSTRUCTION_SIZE;
    all.writeUInt16LE(code, at);
    all.writeUInt8(equal, at + 2);
    all.writeUInt8(other, at + 3);
    all.writeUInt32LE(operand, at + 4);
  }
  all.set(filter, size);
  return all;
}
