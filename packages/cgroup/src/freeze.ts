import { CgroupError } from "./error.ts";
import { directoryPath, type Located, withDirectory } from "./located.ts";
import { parseFlat } from "./keyed.ts";
import { waitUntil } from "./wait-until.ts";

const TIMEOUT_MS = 10_000;

/** The tree that freezes: v1's freezer where there is one, else v2. */
export function freezerOf(trees: readonly Located[]): Located {
  const found =
    trees.find(({ controllers }) => controllers.includes("freezer")) ??
    trees.find(({ tree }) => tree.version === 2);
  if (found !== undefined) return found;
  throw new CgroupError(
    "ERR_CGROUP_NO_CONTROLLER",
    "cannot freeze: neither the freezer controller of cgroup v1 nor a v2 tree is mounted",
    { controller: "freezer" },
  );
}

/**
 * Stops every process of a cgroup and those below it, and waits until all have stopped.
 * @throws {CgroupError} `ERR_CGROUP_TIMEOUT` if one does not stop within ten seconds (it waits for a device, say); all
 *   go on then.
 */
export async function freezeCgroup(located: Located): Promise<void> {
  const path = directoryPath(located);
  if (withDirectory(located, () => true) === undefined)
    throw new CgroupError(
      "ERR_CGROUP_NOT_FOUND",
      `cannot freeze '${path}': it does not exist`,
      { path },
    );
  try {
    requestFrozen(located, true);
    const isFrozen = (): boolean => hasStopped(located);
    await waitUntil(isFrozen, {
      timeoutMs: TIMEOUT_MS,
      what: `freeze '${path}'`,
      path,
    });
  } catch (error) {
    requestFrozen(located, false);
    throw error;
  }
}

/** Lets the processes go on. Nothing happens if the cgroup does not exist. */
export function thawCgroup(located: Located): void {
  requestFrozen(located, false);
}

function requestFrozen(located: Located, frozen: boolean): void {
  withDirectory(located, (directory) => {
    if (located.tree.version === 2)
      directory.write("cgroup.freeze", frozen ? "1" : "0");
    else directory.write("freezer.state", frozen ? "FROZEN" : "THAWED");
  });
}

function hasStopped(located: Located): boolean {
  return (
    withDirectory(located, (directory) => {
      if (located.tree.version === 2)
        return parseFlat(directory.read("cgroup.events"))["frozen"] === 1;
      if (directory.read("freezer.state").trim() === "FROZEN") return true;
      // what was forked while it froze has to be told again
      directory.write("freezer.state", "FROZEN");
      return false;
    }) ?? false
  );
}

/** Whether it is frozen, or to be. */
export function isFrozen(located: Located): boolean {
  return (
    withDirectory(located, (directory) =>
      located.tree.version === 2
        ? directory.readIfPresent("cgroup.freeze")?.trim() === "1"
        : directory.read("freezer.state").trim() !== "THAWED",
    ) ?? false
  );
}
