import type { Log } from "./log.ts";
import type { Store } from "./store.ts";

/** What the global options of the command line say. */
export interface Runtime {
  readonly store: Store;
  readonly log: Log;
  /** Who makes cgroups; `disabled`: containers stay in the caller's. */
  readonly cgroupManager: "cgroupfs" | "systemd" | "disabled";
  /** Whether it is no error if there is no right to make cgroups. */
  readonly rootless: boolean;
}
