import type { Comparison } from "./comparisons.ts";
import type { CreatedMemory } from "./created-memory.ts";
import type { HeapName } from "./heap.ts";
import type { Machine } from "./machine.ts";
import type { FilledHeap } from "./protocol.ts";
import type { Measured } from "./rounds.ts";
import type { LeftOut, Scenario } from "./scenario.ts";
import { type Summary, summarize } from "./statistics.ts";
import type { Target } from "./targets.ts";

/** All there is to tell: what `--json` prints. Times are in milliseconds. */
export interface Results {
  readonly mode: "quick" | "full";
  readonly machine: Machine;
  readonly heaps: Readonly<Partial<Record<HeapName, FilledHeap>>>;
  readonly rounds: number;
  readonly rows: readonly Row[];
  readonly comparisons: readonly Comparison[];
  /** Of the runtimes whose commands were measured. */
  readonly created: readonly CreatedMemory[];
  readonly targets: readonly Target[];
  readonly leftOut: readonly LeftOut[];
}

/** What was measured of one scenario. */
export interface Row extends Pick<
  Scenario,
  "id" | "title" | "group" | "ours" | "heap"
> {
  readonly blockedMs: Summary;
  readonly totalMs: Summary;
}

export function rowsOf({ samples }: Measured): Row[] {
  return [...samples].map(([scenario, measured]) => ({
    id: scenario.id,
    title: scenario.title,
    group: scenario.group,
    ours: scenario.ours,
    heap: scenario.heap,
    blockedMs: summarize(measured.map(({ blockedMs }) => blockedMs)),
    totalMs: summarize(measured.map(({ totalMs }) => totalMs)),
  }));
}
