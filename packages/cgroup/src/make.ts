import { componentsOf } from "./cgroup-path.ts";
import { CgroupDirectory } from "./directory.ts";
import { CgroupError } from "./error.ts";
import type { Located } from "./located.ts";
import { disableControllers, enableControllers } from "./subtree-control.ts";

/** How to take back what was made, the last first. */
export type Undo = (() => void)[];

/**
 * Makes a cgroup and those above it that are missing; on v2 hands the controllers down to it, on v1 gives each new
 * cpuset the CPUs and memory nodes of the one above, without which no process can enter it. What can be taken back
 * is added to `undo` as it happens.
 */
export function makeCgroup(
  located: Located,
  needed: readonly string[],
  undo: Undo,
): void {
  let at = CgroupDirectory.open(located.tree, "/");
  for (const name of componentsOf(located.path)) {
    using above = at;
    at = step(above, name, located, needed, undo);
  }
  at[Symbol.dispose]();
}

function step(
  above: CgroupDirectory,
  name: string,
  { tree, controllers }: Located,
  needed: readonly string[],
  undo: Undo,
): CgroupDirectory {
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
  if (above.makeChild(name))
    undo.push(
      again((directory) => {
        directory.removeChild(name);
      }),
    );
  const child = above.child(name);
  if (controllers.includes("cpuset")) inheritCpuset(above, child);
  return child;
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
