import type { CgroupDirectory } from "./directory.ts";
import { CgroupError } from "./error.ts";
import { type Counters, parseFlat } from "./keyed.ts";
import { isGone } from "./located.ts";
import type { OpenTrees } from "./open-trees.ts";
import { processesBelow } from "./process-list.ts";

/** Something that has happened in a cgroup or below it. Counts go on from the cgroup's beginning. */
export type CgroupEvent =
  /** Memory ran out. v1: processes wait for it, with the killer off; the count is always 1. */
  | { readonly type: "oom"; readonly count: number }
  /** A process was killed for want of memory. */
  | { readonly type: "oom_kill"; readonly count: number }
  /** A fork failed: pids.max is reached. */
  | { readonly type: "pids.max"; readonly count: number }
  | { readonly type: "frozen"; readonly frozen: boolean }
  /** The first process has come, or the last has gone. */
  | { readonly type: "populated"; readonly populated: boolean };

/** What events are told apart by. */
export interface EventState {
  readonly oom: number;
  readonly oomKill: number;
  readonly pidsMax: number;
  readonly frozen: boolean;
  readonly populated: boolean;
}

/** What has happened between two states, in the order in which it matters. */
export function eventsBetween(
  before: EventState,
  after: EventState,
): CgroupEvent[] {
  const { frozen, populated } = after;
  const counted = (
    type: "oom" | "oom_kill" | "pids.max",
    was: number,
    count: number,
  ): CgroupEvent[] => (count > was ? [{ type, count }] : []);
  return [
    ...counted("oom", before.oom, after.oom),
    ...counted("oom_kill", before.oomKill, after.oomKill),
    ...counted("pids.max", before.pidsMax, after.pidsMax),
    ...(frozen === before.frozen ? [] : [{ type: "frozen", frozen } as const]),
    ...(populated === before.populated
      ? []
      : [{ type: "populated", populated } as const]),
  ];
}

/** What events are told apart by, as it is now; undefined if the cgroup is gone. */
export function readEventState(
  opened: OpenTrees,
  isV2: boolean,
): EventState | undefined {
  try {
    return isV2 ? readV2(opened) : readV1(opened);
  } catch (error) {
    // it was removed meanwhile
    if (error instanceof CgroupError && error.code === "ERR_CGROUP_NOT_FOUND")
      return undefined;
    throw error;
  }
}

function readV2(opened: OpenTrees): EventState | undefined {
  const directory = opened.directoryOf("unified");
  if (directory === undefined || isGone(directory)) return undefined;
  const tree = flat(directory, "cgroup.events");
  const memory = flat(directory, "memory.events");
  return {
    oom: memory["oom"] ?? 0,
    oomKill: memory["oom_kill"] ?? 0,
    pidsMax: flat(directory, "pids.events")["max"] ?? 0,
    frozen: tree["frozen"] === 1,
    populated: tree["populated"] === 1,
  };
}

function readV1(opened: OpenTrees): EventState | undefined {
  const [memory, pids, freezer] = ["memory", "pids", "freezer"].map(
    (controller) => opened.directoryOf(controller),
  );
  const any = memory ?? pids ?? freezer;
  if (any === undefined || isGone(any)) return undefined;
  const oom = flat(memory, "memory.oom_control");
  const state = freezer?.readIfPresent("freezer.state")?.trim();
  return {
    oom: oom["under_oom"] ?? 0,
    oomKill: oom["oom_kill"] ?? 0,
    pidsMax: flat(pids, "pids.events")["max"] ?? 0,
    frozen: state === "FROZEN",
    populated: isPopulated(opened.directoryOf("unified"), any),
  };
}

function isPopulated(
  unified: CgroupDirectory | undefined,
  any: CgroupDirectory,
): boolean {
  if (unified === undefined) return processesBelow(any).length > 0;
  return flat(unified, "cgroup.events")["populated"] === 1;
}

function flat(directory: CgroupDirectory | undefined, file: string): Counters {
  return parseFlat(directory?.readIfPresent(file) ?? "");
}
