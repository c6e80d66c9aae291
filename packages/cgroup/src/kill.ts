import { CgroupError } from "./error.ts";
import { freezeCgroup, freezerOf, thawCgroup } from "./freeze.ts";
import { directoryPath, type Located, withDirectory } from "./located.ts";
import { processesIn } from "./process-list.ts";
import { waitUntil } from "./wait-until.ts";

/** How long cgroup.kill may take before what is left is killed one by one. */
const AT_ONCE_MS = 1000;

/**
 * Kills every process in a cgroup and below it, also those that are forked meanwhile, and waits until all are gone:
 * by cgroup.kill where there is a v2 tree (Linux 5.14), else frozen, so that none can fork, and one by one.
 * @throws {CgroupError} `ERR_CGROUP_TIMEOUT` if some are left after `timeoutMs`; they are thawed in any case.
 */
export async function killCgroup(
  trees: readonly Located[],
  timeoutMs: number,
): Promise<void> {
  const processes = (): number[] => [...new Set(trees.flatMap(processesIn))];
  const isEmpty = (): boolean => processes().length === 0;
  const path = trees.map(directoryPath)[0];
  const waitForEnd = (ms: number): Promise<void> =>
    waitUntil(isEmpty, {
      timeoutMs: ms,
      what: `kill the processes of '${String(path)}'`,
      path,
    });
  const start = performance.now();
  if (trees.some(killAtOnce)) {
    thawV1(trees);
    try {
      await waitForEnd(Math.min(AT_ONCE_MS, timeoutMs));
    } catch (error) {
      // beside a v2 tree there may be processes that are in a tree of v1 only
      if (!isTimeout(error)) throw error;
    }
  }
  if (isEmpty()) return;
  await killOneByOne(trees, processes);
  await waitForEnd(
    Math.max(0, Math.round(timeoutMs - (performance.now() - start))),
  );
}

/** On v1 a frozen process dies when it is thawed. */
function thawV1(trees: readonly Located[]): void {
  if (trees.some(({ tree }) => tree.version === 1))
    thawCgroup(freezerOf(trees));
}

/** True if it was done. */
function killAtOnce(located: Located): boolean {
  if (located.tree.version === 1) return false;
  return (
    withDirectory(located, (directory) => {
      if (!directory.has("cgroup.kill")) return false;
      directory.write("cgroup.kill", "1");
      return true;
    }) ?? false
  );
}

async function killOneByOne(
  trees: readonly Located[],
  processes: () => number[],
): Promise<void> {
  const freezer = freezerOf(trees);
  try {
    await freezeCgroup(freezer);
    for (const pid of processes()) killProcess(pid);
  } catch (error) {
    // what cannot be frozen (it sleeps in the kernel) is killed all the same
    if (!isTimeout(error)) throw error;
    for (const pid of processes()) killProcess(pid);
  } finally {
    thawCgroup(freezer);
  }
}

function killProcess(pid: number): void {
  // process.kill(0) would be our own process group
  if (pid === 0)
    throw new CgroupError(
      "ERR_CGROUP_WRITE",
      "cannot kill a process that this pid namespace has no number for",
      {
        hint: "kill it from the pid namespace it is in, or one above; or use Linux 5.14, which has cgroup.kill",
      },
    );
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    // it has ended
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof CgroupError && error.code === "ERR_CGROUP_TIMEOUT";
}
