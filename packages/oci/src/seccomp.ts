import type { Uint64 } from "./int64.ts";

/** What a filter can say; as of libseccomp 2.6. See seccomp(2). */
export const SECCOMP_ACTIONS = [
  "SCMP_ACT_KILL",
  "SCMP_ACT_KILL_PROCESS",
  "SCMP_ACT_KILL_THREAD",
  "SCMP_ACT_TRAP",
  "SCMP_ACT_ERRNO",
  "SCMP_ACT_TRACE",
  "SCMP_ACT_ALLOW",
  "SCMP_ACT_LOG",
  "SCMP_ACT_NOTIFY",
] as const;

export type SeccompAction = (typeof SECCOMP_ACTIONS)[number];

/** How an argument is compared; see seccomp_rule_add(3). */
export const SECCOMP_OPERATORS = [
  "SCMP_CMP_NE",
  "SCMP_CMP_LT",
  "SCMP_CMP_LE",
  "SCMP_CMP_EQ",
  "SCMP_CMP_GE",
  "SCMP_CMP_GT",
  "SCMP_CMP_MASKED_EQ",
] as const;

export type SeccompOperator = (typeof SECCOMP_OPERATORS)[number];

/** Whose system calls; as of libseccomp 2.6. See seccomp_arch_add(3). */
export const SECCOMP_ARCHITECTURES = [
  "SCMP_ARCH_X86",
  "SCMP_ARCH_X86_64",
  "SCMP_ARCH_X32",
  "SCMP_ARCH_ARM",
  "SCMP_ARCH_AARCH64",
  "SCMP_ARCH_MIPS",
  "SCMP_ARCH_MIPS64",
  "SCMP_ARCH_MIPS64N32",
  "SCMP_ARCH_MIPSEL",
  "SCMP_ARCH_MIPSEL64",
  "SCMP_ARCH_MIPSEL64N32",
  "SCMP_ARCH_PPC",
  "SCMP_ARCH_PPC64",
  "SCMP_ARCH_PPC64LE",
  "SCMP_ARCH_S390",
  "SCMP_ARCH_S390X",
  "SCMP_ARCH_PARISC",
  "SCMP_ARCH_PARISC64",
  "SCMP_ARCH_RISCV64",
  "SCMP_ARCH_LOONGARCH64",
  "SCMP_ARCH_M68K",
  "SCMP_ARCH_SH",
  "SCMP_ARCH_SHEB",
] as const;

export type SeccompArchitecture = (typeof SECCOMP_ARCHITECTURES)[number];

/** How the filter is installed; see seccomp(2). */
export const SECCOMP_FLAGS = [
  "SECCOMP_FILTER_FLAG_TSYNC",
  "SECCOMP_FILTER_FLAG_LOG",
  "SECCOMP_FILTER_FLAG_SPEC_ALLOW",
  "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV",
] as const;

export type SeccompFlag = (typeof SECCOMP_FLAGS)[number];

/** A filter of system calls; see seccomp(2). */
export interface Seccomp {
  /** What becomes of a call that no entry of `syscalls` is about. */
  readonly defaultAction: SeccompAction;
  /** For SCMP_ACT_ERRNO and SCMP_ACT_TRACE; default EPERM. Specification 1.1. */
  readonly defaultErrnoRet?: number;
  /** Default the machine's own. */
  readonly architectures?: readonly SeccompArchitecture[];
  readonly flags?: readonly SeccompFlag[];
  /** The socket of the agent that SCMP_ACT_NOTIFY asks. Specification 1.1. */
  readonly listenerPath?: string;
  /** For that agent, as it is. */
  readonly listenerMetadata?: string;
  readonly syscalls?: readonly SeccompSyscall[];
}

/** What becomes of some system calls. */
export interface SeccompSyscall {
  /** At least one. */
  readonly names: readonly string[];
  readonly action: SeccompAction;
  /** For SCMP_ACT_ERRNO and SCMP_ACT_TRACE; default EPERM. Specification 1.1. */
  readonly errnoRet?: number;
  /** All of which have to be so. */
  readonly args?: readonly SeccompArgument[];
}

export interface SeccompArgument {
  /** Which argument: 0 to 5. */
  readonly index: number;
  /** What it is compared with; the mask for SCMP_CMP_MASKED_EQ. */
  readonly value: Uint64;
  /** What it has to be behind the mask; default 0. */
  readonly valueTwo?: Uint64;
  readonly op: SeccompOperator;
}
