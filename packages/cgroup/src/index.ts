export { openCgroup, type OpenOptions } from "./open-manager.ts";
export {
  openSystemdCgroup,
  type SystemdOptions,
} from "./systemd/open-systemd.ts";
export type {
  CgroupManager,
  CgroupFd,
  CreateOptions,
  DeleteOptions,
  KillOptions,
} from "./manager.ts";
export type {
  Resources,
  DeviceRule,
  MemoryResources,
  CpuResources,
  PidsResources,
  BlockIoResources,
  WeightDevice,
  ThrottleDevice,
  HugepageLimit,
  NetworkResources,
  InterfacePriority,
  RdmaLimit,
} from "./resources.ts";
export { CgroupEvents, type EventOptions } from "./events.ts";
export type { CgroupEvent } from "./event-state.ts";
export type {
  CgroupStats,
  CpuStats,
  MemoryStats,
  IoStats,
  IoDeviceStats,
  PidsStats,
  HugetlbStats,
  PressureStats,
} from "./stats.ts";

export {
  readCgroups,
  detectCgroups,
  hierarchyOf,
  type CgroupSystem,
  type CgroupMode,
  type CgroupFacts,
  type Hierarchy,
} from "./system.ts";
export {
  parseCgroupMounts,
  readCgroupMounts,
  type CgroupMount,
} from "./mounts.ts";
export {
  parseMemberships,
  readMemberships,
  type Membership,
} from "./membership.ts";
export {
  findDelegated,
  readDelegatedFiles,
  type DelegatedCgroup,
  type Owner,
} from "./delegation.ts";
export { normalizeCgroupPath } from "./cgroup-path.ts";

export { checkResources } from "./check-resources.ts";
export { planV1 } from "./plan-v1.ts";
export { planV2 } from "./plan-v2.ts";
export type { ControlBatch, ControlWrite, FileValue } from "./control-write.ts";
export {
  cpuWeight,
  ioWeight,
  cpuMax,
  swapMax,
  limitOrMax,
} from "./conversions.ts";
export { parseCpuList, formatCpuList } from "./cpu-list.ts";

export {
  DEFAULT_DEVICES,
  allowsDevice,
  withDefaults,
  type DeviceRequest,
} from "./device-rule.ts";
export {
  parseDeviceList,
  deviceListOf,
  deviceListChanges,
  listAllows,
  type DeviceList,
  type DeviceListWrite,
} from "./device-list.ts";
export { deviceProgram } from "./device-program.ts";
export {
  encodeBpf,
  type BpfInstruction,
  type BpfRegister,
} from "./bpf-instruction.ts";

export { parseFlat, parseNested, parseValue, type Counters } from "./keyed.ts";
export { parsePressure, type Pressure, type PressureLine } from "./pressure.ts";
export {
  parseUnitPlace,
  sliceCgroup,
  type UnitPlace,
} from "./systemd/unit-name.ts";
export {
  unitProperties,
  type UnitProperty,
} from "./systemd/unit-properties.ts";
export { parsePids } from "./process-list.ts";
export { CgroupError, type CgroupErrorCode } from "./error.ts";
