import type { Measured } from "./rounds.ts";
import type { Sample } from "./protocol.ts";
import type { Scenario } from "./scenario.ts";
import {
  pairwiseDifferences,
  pairwiseRatios,
  type Summary,
  summarize,
} from "./statistics.ts";

/** One scenario against another, round by round. */
export interface Comparison {
  /** The scenarios' ids. */
  readonly theirs: string;
  readonly ours: string;
  readonly metric: keyof Sample;
  /** Theirs divided by ours: above 1, ours is faster. */
  readonly ratio: Summary;
  /** Ours less theirs, in milliseconds: above 0, ours is slower. */
  readonly differenceMs: Summary;
}

/** Whole commands, and what of ours does the same or more; without the heap, which is the small one. */
const counterparts: readonly (readonly [theirs: string, ours: string])[] = [
  ["unshare-all", "spawn-all"],
  ["unshare-all", "spawn-all-user"],
  ["bwrap", "spawn-all"],
  ["bwrap", "spawn-all-user"],
  ["bwrap", "spawn-pivot"],
  ["runc", "spawn-pivot"],
  ["crun", "spawn-pivot"],
  ["node", "minibox"],
  ["runc", "minibox-rootfs"],
  ["crun", "minibox-rootfs"],
  ["runc", "minibox-oci"],
  ["crun", "minibox-oci"],
  ["runc-steps", "minibox-oci-steps"],
  ["crun-steps", "minibox-oci-steps"],
];

/** `@ns/spawn` against `child_process.spawn` with the same heap, and commands against their counterparts. */
export function compareAll(measured: Measured): Comparison[] {
  const scenarios = [...measured.samples.keys()];
  const find = (id: string): Scenario | undefined =>
    scenarios.find((scenario) => scenario.id === id);
  const pairs = [
    ...scenarios
      .filter(({ group, ours }) => group === "spawn" && ours)
      .map((ours) => [find(`child_process@${ours.heap}`), ours] as const),
    ...counterparts.map(
      ([theirs, ours]) => [find(`${theirs}@0`), find(`${ours}@0`)] as const,
    ),
  ];
  return pairs.flatMap(([theirs, ours]) => {
    if (theirs === undefined || ours === undefined) return [];
    const metrics: readonly (keyof Sample)[] =
      theirs.group === "spawn" ? ["blockedMs", "totalMs"] : ["totalMs"];
    return metrics.map((metric) => compare(measured, theirs, ours, metric));
  });
}

function compare(
  { samples }: Measured,
  theirs: Scenario,
  ours: Scenario,
  metric: keyof Sample,
): Comparison {
  const valuesOf = (scenario: Scenario): number[] =>
    (samples.get(scenario) ?? []).map((sample) => sample[metric]);
  const a = valuesOf(theirs);
  const b = valuesOf(ours);
  return {
    theirs: theirs.id,
    ours: ours.id,
    metric,
    ratio: summarize(pairwiseRatios(a, b)),
    differenceMs: summarize(pairwiseDifferences(b, a)),
  };
}
