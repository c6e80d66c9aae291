import { componentsOf } from "./cgroup-path.ts";
import { CgroupDirectory } from "./directory.ts";
import { CgroupError } from "./error.ts";
import type { Located } from "./located.ts";
import { processesBelow } from "./process-list.ts";
import { disableControllers, enableControllers } from "./subtree-control.ts";

/** How to take back what was made, the last first. */
export type Undo = (() => void)[];

/**
 * Makes a cgroup and those above it that are missing, and returns it opened; on v2 hands the controllers down to it, on
 * v1 gives each new cpuset the CPUs and memory nodes of the one above, without which no process can enter it. What can
 * be taken back is added to `undo` as it happens.
 * @throws {CgroupError} `ERR_CGROUP_EXISTS` if somebody uses it already; one that is there and empty will do.
 */
export function makeCgroup(
  located: Located,
  needed: readonly string[],
  undo: Undo,
): CgroupDirectory {
  let at = CgroupDirectory.open(located.tree, "/");
  let isNew = true;
  for (const name of componentsOf(located.path)) {
    using above = at;
    ({ child: at, isNew } = step(above, name, located, needed, undo));
  }
  if (!isNew) refuseOccupied(at);
  return at;
}

function step(
  above: CgroupDirectory,
  name: string,
  { tree, controllers }: Located,
  needed: readonly string[],
  undo: Undo,
): { readonly child: CgroupDirectory; readonly isNew: boolean } {
  // the descriptor that is used now is closed by the time something has to be undone
  const again = (act: (directory: CgroupDirectory) => void) => () => {
    using reopened = CgroupDirectory.open(
      tree,
      above.path.slice(tree.mountpoint.length),
    );
    act(reopened);
  };
  if (tree.version === 2 && above.has("cgroup.subtree_control")) {
    const enabled = enableControllers(above, needed);
    if (enabled.length > 0)
      undo.push(
        again((directory) => {
          disableControllers(directory, enabled);
        }),
      );
  }
  const isNew = above.makeChild(name);
  if (isNew)
    undo.push(
      again((directory) => {
        directory.removeChild(name);
      }),
    );
  const child = above.child(name);
  if (controllers.includes("cpuset")) inheritCpuset(above, child);
  return { child, isNew };
}

function refuseOccupied(directory: CgroupDirectory): void {
  const pids = processesBelow(directory);
  const children = directory.children();
  if (pids.length === 0 && children.length === 0) return;
  const { path } = directory;
  directory[Symbol.dispose]();
  throw new CgroupError(
    "ERR_CGROUP_EXISTS",
    `cannot create cgroup '${path}': it exists, with ${String(pids.length)} processes and ${String(children.length)} children`,
    {
      path,
      hint: "take another path, or kill() and delete() what is there",
    },
  );
}

/** v1: a new cpuset is empty unless cgroup.clone_children says otherwise. */
function inheritCpuset(above: CgroupDirectory, child: CgroupDirectory): void {
  for (const file of ["cpuset.cpus", "cpuset.mems"]) {
    if (child.read(file).trim() === "")
      child.write(file, above.read(file).trim());
  }
}

/** Takes back what was made. What cannot be is added to the error that was the reason. */
export function undoAll(undo: Undo, reason: unknown): void {
  const failures: unknown[] = [];
  for (const back of undo.toReversed()) {
    try {
      back();
    } catch (error) {
      failures.push(error);
    }
  }
  noteLeftovers(reason, failures);
}

/** Adds to an error why not all that was made could be removed. */
export function noteLeftovers(
  reason: unknown,
  failures: readonly unknown[],
): void {
  if (failures.length === 0 || !(reason instanceof CgroupError)) return;
  const { cause } = reason;
  reason.cause = new AggregateError(
    cause === undefined ? failures : [cause, ...failures],
    "and not all that was made could be removed",
  );
}
