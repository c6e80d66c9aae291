export {
  compileFilter,
  type CompileOptions,
  type CompiledFilter,
} from "./compile-filter.ts";
export { defaultProfile, defaultCapabilities } from "./default-profile.ts";
export { parseProfile, checkProfile } from "./parse-profile.ts";
export { resolveProfile, type ResolveOptions } from "./resolve-profile.ts";
export {
  Operators,
  type ArchitectureMap,
  type ArgumentCondition,
  type ContainerProfile,
  type ContainerRule,
  type FlagName,
  type OperatorName,
  type RuleFilter,
  type SeccompProfile,
  type SyscallRule,
} from "./profile.ts";
export {
  installSteps,
  filterThisProcess,
  type InstallableFilter,
  type InstallOptions,
} from "./install.ts";
export { evaluate, type SyscallData } from "./evaluate.ts";
export {
  Actions,
  formatVerdict,
  parseVerdict,
  type ActionName,
  type Verdict,
} from "./action.ts";
export { formatProgram, type FormatOptions } from "./format-program.ts";
export { checkProgram } from "./check-program.ts";
export {
  parseInstructions,
  encodeInstructions,
  opcodeName,
  Opcodes,
  type Instruction,
  type OpcodeName,
} from "./instruction.ts";
export {
  notifications,
  type Notification,
  type NotificationOptions,
  type AddFdOptions,
  type Answer,
} from "./notification.ts";
export { syscallName, syscallNumber, libseccompVersion } from "./libseccomp.ts";
export {
  Architectures,
  type Architecture,
  type ArchitectureName,
} from "./architecture.ts";
export { Flags } from "./flag.ts";
export {
  SeccompError,
  type SeccompErrorCode,
  type SeccompErrorDetails,
} from "./error.ts";
