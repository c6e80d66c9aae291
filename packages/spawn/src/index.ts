export { spawn } from "./spawn.ts";
export { Child, type ChildEvents, type Running } from "./child.ts";
export type { Exit } from "./reaper.ts";
export type {
  CapabilitySets,
  Credential,
  IdMapping,
  JoinTarget,
  Pause,
  PtyOptions,
  Rlimit,
  SeccompFilter,
  SpawnOptions,
  StdioEntry,
  StdioOptions,
  TimeOffsets,
} from "./options.ts";
export { Pty, type TerminalSize } from "./pty.ts";
export { AbortError, SpawnError, type SpawnErrorCode } from "./error.ts";
export { planSpawn } from "./plan.ts";
