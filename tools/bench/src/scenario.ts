import type { HeapName } from "./heap.ts";
import type { Action } from "./protocol.ts";

/** One row of the tables: what is done, and in a process with which heap. */
export interface Scenario {
  /** `spawn-all@2GB`; what is before the `@` may be had with other heaps. */
  readonly id: string;
  /** With `code` marked as in Markdown. */
  readonly title: string;
  readonly group: "spawn" | "command";
  /** Ours, or what it is compared with. */
  readonly ours: boolean;
  readonly heap: HeapName;
  readonly action: Action;
}

/** Something that was asked for and is not in the tables. */
export interface LeftOut {
  /** The scenario's id, or what all of them have in common. */
  readonly id: string;
  readonly title: string;
  readonly reason: string;
}

/** What can be run here, and what cannot. */
export interface Catalogue {
  readonly scenarios: readonly Scenario[];
  readonly leftOut: readonly LeftOut[];
}
