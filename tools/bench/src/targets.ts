import type { Comparison } from "./comparisons.ts";
import { heaps } from "./heap.ts";
import type { Row } from "./results.ts";

/** Something we aim for. Missing it fails nothing. */
export interface Target {
  readonly title: string;
  readonly aimed: string;
  /** Null when the run did not have what it takes. */
  readonly measured: number | null;
  readonly unit: "ms" | "×";
  readonly met: boolean | null;
}

/** Compares what was measured with what we aim for, by medians. */
export function checkTargets(
  rows: readonly Row[],
  comparisons: readonly Comparison[],
): Target[] {
  // without root there is no other than the one with a user namespace
  const all = rows.some(({ id }) => id.startsWith("spawn-all@"))
    ? "spawn-all"
    : "spawn-all-user";
  const find = (
    theirs: string,
    ours: string,
    metric: Comparison["metric"],
  ): Comparison | undefined =>
    comparisons.find(
      (one) =>
        one.theirs === theirs && one.ours === ours && one.metric === metric,
    );
  const large = heaps.filter(({ bytes }) => bytes >= 2e9);
  return [
    ...large.flatMap(({ name, title }) => [
      atMost(
        0.5,
        rows.find(({ id }) => id === `${all}@${name}`)?.blockedMs.median,
        `event loop blocked by ${variants[all]} with a heap of ${title}`,
      ),
      atLeast(
        100,
        find(`child_process@${name}`, `${all}@${name}`, "blockedMs")?.ratio
          .median,
        "event loop blocked by `child_process.spawn` ÷ by that",
      ),
    ]),
    ...(["spawn-all", "spawn-all-user", "spawn-pivot"] as const).map((ours) =>
      atLeast(
        1,
        find("bwrap@0", `${ours}@0`, "totalMs")?.ratio.median,
        `until exit, \`bwrap --unshare-all\` ÷ ${variants[ours]}`,
      ),
    ),
    atMost(
      15,
      find("node@0", "minibox@0", "totalMs")?.differenceMs.median,
      "`minibox run -- true` − `node -e 0`",
    ),
    atLeast(
      1,
      find("runc@0", "minibox-oci@0", "totalMs")?.ratio.median,
      "`runc run --bundle` ÷ `minibox run --bundle`",
    ),
  ];
}

const variants = {
  "spawn-all": "`@ns/spawn`, all namespaces",
  "spawn-all-user": "`@ns/spawn`, all namespaces and user",
  "spawn-pivot": "`@ns/spawn`, all namespaces, `pivot_root`",
} as const;

function atMost(
  most: number,
  value: number | undefined,
  title: string,
): Target {
  return {
    title,
    aimed: `≤ ${most} ms`,
    measured: value ?? null,
    unit: "ms",
    met: value === undefined ? null : value <= most,
  };
}

function atLeast(
  least: number,
  value: number | undefined,
  title: string,
): Target {
  return {
    title,
    aimed: `≥ ${least} ×`,
    measured: value ?? null,
    unit: "×",
    met: value === undefined ? null : value >= least,
  };
}
