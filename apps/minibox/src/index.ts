export { run, planRun, type RunStreams } from "./run.ts";
export type { RunOptions, Volume } from "./options.ts";
export { MiniboxError, type MiniboxErrorCode } from "./error.ts";
