import type { ActionName } from "./action.ts";
import type { ArchitectureName } from "./architecture.ts";

/** How an argument is compared, by the name in profiles, with libseccomp's number for it. */
export const Operators = {
  SCMP_CMP_NE: 1,
  SCMP_CMP_LT: 2,
  SCMP_CMP_LE: 3,
  SCMP_CMP_EQ: 4,
  SCMP_CMP_GE: 5,
  SCMP_CMP_GT: 6,
  /** `(argument & value) == valueTwo` */
  SCMP_CMP_MASKED_EQ: 7,
} as const;

/** `SCMP_CMP_*` */
export type OperatorName = keyof typeof Operators;

/** A condition on one argument. Values are unsigned, of 64 bits; those above 2^53 are bigints. */
export interface ArgumentCondition {
  /** Which argument, from 0 to 5. */
  readonly index: number;
  readonly op: OperatorName;
  readonly value: number | bigint;
  /** For `SCMP_CMP_MASKED_EQ`: what is left after the mask `value`. Default 0. */
  readonly valueTwo?: number | bigint;
}

/** What happens to some syscalls, on a condition. */
export interface SyscallRule {
  readonly names: readonly string[];
  readonly action: ActionName;
  /** For `SCMP_ACT_ERRNO` and `SCMP_ACT_TRACE`. Default 1, `EPERM`. */
  readonly errnoRet?: number;
  /** All of them must hold; but if two are about the same argument, any one, as runc has it. Default: always. */
  readonly args?: readonly ArgumentCondition[];
}

/** `SECCOMP_FILTER_FLAG_*` */
export type FlagName =
  | "SECCOMP_FILTER_FLAG_TSYNC"
  | "SECCOMP_FILTER_FLAG_LOG"
  | "SECCOMP_FILTER_FLAG_SPEC_ALLOW"
  | "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV";

interface ProfileBase {
  /** What happens to a syscall that no rule is about. */
  readonly defaultAction: ActionName;
  /** For `SCMP_ACT_ERRNO` and `SCMP_ACT_TRACE`. Default 1, `EPERM`. */
  readonly defaultErrnoRet?: number;
  /** Besides the machine's own; a process of any other is killed. */
  readonly architectures?: readonly ArchitectureName[];
  readonly flags?: readonly FlagName[];
  /** The socket of an agent that the descriptor for notifications goes to. */
  readonly listenerPath?: string;
  /** Text for that agent. */
  readonly listenerMetadata?: string;
}

/** A profile as in an OCI bundle, `linux.seccomp`: see the runtime specification, config-linux.md. */
export interface SeccompProfile extends ProfileBase {
  readonly syscalls?: readonly SyscallRule[];
}

/** When a rule of a {@link ContainerProfile} counts. All that is there must hold. */
export interface RuleFilter {
  /** Capabilities in the container's bounding set: to include a rule all of them, to exclude it any. */
  readonly caps?: readonly string[];
  /** Docker's names of architectures, one of which the machine's own is: `amd64`, `arm64`. */
  readonly arches?: readonly string[];
  /** A kernel at least as new: `"4.8"`. */
  readonly minKernel?: string;
}

/** A rule that counts for some containers only. */
export interface ContainerRule extends SyscallRule {
  readonly comment?: string;
  readonly includes?: RuleFilter;
  readonly excludes?: RuleFilter;
}

/** An architecture with those whose programs it runs too. */
export interface ArchitectureMap {
  readonly architecture: ArchitectureName;
  readonly subArchitectures?: readonly ArchitectureName[];
}

/** A profile as Docker, Podman and containerd keep it: one for all containers, resolved for each. */
export interface ContainerProfile extends ProfileBase {
  /** In place of `architectures`: the entry for the machine's own counts. */
  readonly archMap?: readonly ArchitectureMap[];
  readonly syscalls?: readonly ContainerRule[];
}
