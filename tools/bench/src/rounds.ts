import { setTimeout as sleep } from "node:timers/promises";
import type { HeapProcesses } from "./heap-processes.ts";
import { explain } from "./failure.ts";
import { shuffled } from "./order.ts";
import type { Sample } from "./protocol.ts";
import type { LeftOut, Scenario } from "./scenario.ts";

/** How long to measure. */
export interface Effort {
  /** Calls of each way to spawn, from each heap, before the first round: by then V8 has compiled them. */
  readonly warmUpCalls: number;
  readonly minRounds: number;
  readonly maxRounds: number;
  /** When this time is over and `minRounds` are done, the round is the last. */
  readonly seconds: number;
}

export interface Measured {
  readonly rounds: number;
  /** By scenario; one for each round. */
  readonly samples: ReadonlyMap<Scenario, readonly Sample[]>;
  readonly leftOut: readonly LeftOut[];
}

/** Between two measurements: what the last one left to the kernel to take down is mostly gone then. */
const PAUSE_MS = 3;

/**
 * Measures every scenario once in each round, so that whatever slows the machine for a while slows all of them, and
 * the samples of one round can be compared. A scenario that fails is left out from there on, its samples too.
 */
export async function measureInRounds(
  scenarios: readonly Scenario[],
  processes: HeapProcesses,
  effort: Effort,
  progress: (round: number) => void,
): Promise<Measured> {
  const samples = new Map<Scenario, Sample[]>(scenarios.map((s) => [s, []]));
  const leftOut: LeftOut[] = [];
  const deadline = performance.now() + effort.seconds * 1000;
  await warmUp(scenarios, processes, effort.warmUpCalls);
  // the first round is for the page cache, and to see what fails
  for (let round = -1; ; round++) {
    for (const scenario of shuffled([...samples.keys()], round)) {
      const { id, title, action } = scenario;
      const sample = await takeTurn(scenario, processes);
      if (typeof sample === "string") {
        samples.delete(scenario);
        const reason = `fails here: ${await explain(action, sample)}`;
        leftOut.push({ id, title, reason });
      } else if (round >= 0) {
        samples.get(scenario)?.push(sample);
      }
    }
    const done = round + 1;
    progress(done);
    const isLate = performance.now() > deadline && done >= effort.minRounds;
    if (isLate || done >= effort.maxRounds || samples.size === 0)
      return { rounds: Math.max(done, 0), samples, leftOut };
  }
}

/**
 * Measures a scenario once. What costs as little as a spawn is first done once unmeasured: after a fork(2) in the
 * same process every page that is written to is copied first, and whoever comes next would pay for that.
 */
async function takeTurn(
  { group, heap, action }: Scenario,
  processes: HeapProcesses,
): Promise<Sample | string> {
  const process = processes.of(heap);
  if (group === "spawn") {
    await process.measure(action);
    await sleep(PAUSE_MS);
  }
  const sample = await process.measure(action);
  await sleep(PAUSE_MS);
  return sample;
}

async function warmUp(
  scenarios: readonly Scenario[],
  processes: HeapProcesses,
  calls: number,
): Promise<void> {
  const spawns = scenarios.filter(({ group }) => group === "spawn");
  for (let call = 0; call < calls; call++)
    for (const { heap, action } of spawns)
      await processes.of(heap).measure(action);
}
