import type { Log } from "./log.ts";
import type { Store } from "./store.ts";

/** What the global options of the command line say. */
export interface Runtime {
  readonly store: Store;
  readonly log: Log;
  readonly systemdCgroup: boolean;
  /** Whether it is no error if there is no right to make cgroups. */
  readonly rootless: boolean;
}
