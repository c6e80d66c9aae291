import { commandScenarios, ociRuntimes } from "./command-scenarios.ts";
import { compareAll } from "./comparisons.ts";
import { measureCreated } from "./created-memory.ts";
import { type Heap, heaps } from "./heap.ts";
import { HeapProcesses } from "./heap-processes.ts";
import { describeMachine } from "./machine.ts";
import { efforts, type Options } from "./options.ts";
import { findPeers } from "./peers.ts";
import { type Results, rowsOf } from "./results.ts";
import { measureInRounds } from "./rounds.ts";
import { makeBundleConfig, makeBusyboxRoot } from "./busybox-root.ts";
import { select, withinMemory } from "./selection.ts";
import { spawnScenarios } from "./spawn-scenarios.ts";
import { checkTargets } from "./targets.ts";
import { Workspace } from "./workspace.ts";

/** Tells how far a run is. */
export interface Progress {
  fillingHeaps(heaps: readonly Heap[]): void;
  round(round: number): void;
}

/**
 * Measures what was asked for.
 * @throws {UnknownScenarioError} when there is no such scenario.
 */
export async function bench(
  options: Pick<Options, "mode" | "only">,
  progress: Progress,
): Promise<Results> {
  using workspace = new Workspace();
  const peers = findPeers();
  const machine = describeMachine(peers);
  const bundle = workspace.path;
  const rootfs = makeBusyboxRoot(bundle);
  const runtime = peers.runc.path ?? peers.crun.path;
  if (rootfs !== undefined && runtime !== undefined)
    makeBundleConfig(bundle, runtime);

  const { scenarios, leftOut } = withinMemory(
    select(
      [spawnScenarios(rootfs), commandScenarios({ peers, bundle, rootfs })],
      options.only,
    ),
    process.availableMemory(),
  );
  const needed = heaps.filter(({ name }) =>
    scenarios.some(({ heap }) => heap === name),
  );
  progress.fillingHeaps(needed);
  using processes = await HeapProcesses.start(needed);
  const measured = await measureInRounds(
    scenarios,
    processes,
    efforts[options.mode],
    (round) => progress.round(round),
  );
  const rows = rowsOf(measured);
  const memory = await measureCreated(
    ociRuntimes({ peers, bundle, rootfs }).filter(({ name }) =>
      scenarios.some(
        ({ id }) => id === `${name}-steps@0` || id === `${name}-oci-steps@0`,
      ),
    ),
  );
  const comparisons = compareAll(measured);
  return {
    mode: options.mode,
    machine,
    heaps: processes.filled,
    rounds: measured.rounds,
    rows,
    comparisons,
    created: memory.created,
    targets: checkTargets(rows, comparisons),
    leftOut: [...leftOut, ...measured.leftOut, ...memory.leftOut],
  };
}
