export {
  parseConfig,
  readConfig,
  asConfig,
  parseProcess,
  parseResources,
  MAX_DOCUMENT_BYTES,
} from "./parse-config.ts";
export {
  validateConfig,
  validateProcess,
  validateResources,
} from "./validate-config.ts";
export { formatConfig } from "./format-config.ts";
export { specExample, type SpecExampleOptions } from "./spec-example.ts";
export { OciError, type OciErrorCode } from "./error.ts";
export { formatPath, formatProblem, type Problem } from "./problem.ts";
export type { Config, Hook, HookName, Hooks, Mount, Root } from "./config.ts";
export type {
  CapabilitySets,
  ConsoleSize,
  ExecCpuAffinity,
  IoPriority,
  IoPriorityClass,
  Process,
  Rlimit,
  RlimitType,
  Scheduler,
  SchedulerFlag,
  SchedulerPolicy,
  User,
} from "./process.ts";
export type {
  Device,
  DeviceType,
  IdMapping,
  IntelRdt,
  Linux,
  MemoryPolicy,
  MemoryPolicyFlag,
  MemoryPolicyMode,
  Namespace,
  NamespaceType,
  NetDevice,
  Personality,
  PersonalityDomain,
  RootfsPropagation,
  TimeOffset,
} from "./linux.ts";
export type {
  BlockIoResources,
  CpuResources,
  DeviceRule,
  HugepageLimit,
  InterfacePriority,
  MemoryResources,
  NetworkResources,
  PidsResources,
  RdmaResources,
  Resources,
  ThrottleDevice,
  WeightDevice,
} from "./resources.ts";
export type {
  Seccomp,
  SeccompAction,
  SeccompArchitecture,
  SeccompArgument,
  SeccompFlag,
  SeccompOperator,
  SeccompSyscall,
} from "./seccomp.ts";
export type { Int64, Uint64 } from "./int64.ts";
export {
  parseState,
  formatState,
  parseContainerProcessState,
  formatContainerProcessState,
  CONTAINER_STATUSES,
  SECCOMP_FD_NAME,
  type ContainerProcessState,
  type State,
} from "./state.ts";
export {
  parseFeatures,
  formatFeatures,
  unsafeAnnotations,
  type CgroupFeatures,
  type Features,
  type IntelRdtFeatures,
  type LinuxFeatures,
  type MemoryPolicyFeatures,
  type SeccompFeatures,
  type Supported,
} from "./features.ts";
export { checkContainerId, MAX_CONTAINER_ID } from "./container-id.ts";
export { sysctlPath, sysctlNamespace } from "./sysctl.ts";
export { isSupportedVersion, OCI_VERSION } from "./version.ts";
export { CAPABILITY_NAMES } from "./capability-names.ts";
export { HOOK_NAMES } from "./config.ts";
export { MOUNT_OPTIONS } from "./mount-options.ts";
export {
  DEVICE_TYPES,
  MEMORY_POLICY_FLAGS,
  MEMORY_POLICY_MODES,
  NAMESPACE_TYPES,
  PERSONALITY_DOMAINS,
  ROOTFS_PROPAGATIONS,
} from "./linux.ts";
export {
  IO_PRIORITY_CLASSES,
  RLIMIT_TYPES,
  SCHEDULER_FLAGS,
  SCHEDULER_POLICIES,
} from "./process.ts";
export {
  SECCOMP_ACTIONS,
  SECCOMP_ARCHITECTURES,
  SECCOMP_FLAGS,
  SECCOMP_OPERATORS,
} from "./seccomp.ts";
