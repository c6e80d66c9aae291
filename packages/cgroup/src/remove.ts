import { type CgroupDirectory } from "./directory.ts";
import { CgroupError } from "./error.ts";
import { directoryPath, type Located, withParent } from "./located.ts";
import { processesIn } from "./process-list.ts";
import { waitUntil } from "./wait-until.ts";

/**
 * Removes a cgroup and those below it, which must be without processes. One that has ended may keep its cgroup for a
 * moment: busy ones are tried again until the time is over. Nothing happens if it does not exist.
 * @throws {CgroupError} `ERR_CGROUP_NOT_EMPTY` with the number of processes.
 */
export async function removeCgroup(
  located: Located,
  timeoutMs: number,
): Promise<void> {
  let busy: CgroupError | undefined;
  const isGone = (): boolean => {
    busy = withParent(located, tryRemove);
    return busy === undefined;
  };
  try {
    const what = `remove '${directoryPath(located)}'`;
    await waitUntil(isGone, { timeoutMs, what });
  } catch (error) {
    if (
      busy === undefined ||
      !(error instanceof CgroupError) ||
      error.code !== "ERR_CGROUP_TIMEOUT"
    )
      throw error;
    const pids = processesIn(located);
    throw new CgroupError(
      "ERR_CGROUP_NOT_EMPTY",
      `cannot remove cgroup '${directoryPath(located)}': ${String(pids.length)} processes are in it or below`,
      {
        path: directoryPath(located),
        errno: "EBUSY",
        hint: "kill() them first",
        cause: busy,
      },
    );
  }
}

/** The children first; the error if something is busy. */
function tryRemove(
  parent: CgroupDirectory,
  name: string,
): CgroupError | undefined {
  try {
    // without children, which is the rule, this is all
    parent.removeChild(name);
    return undefined;
  } catch (error) {
    if (!isBusy(error)) throw error;
    return removeBelow(parent, name) ?? again(parent, name);
  }
}

function removeBelow(
  parent: CgroupDirectory,
  name: string,
): CgroupError | undefined {
  try {
    using directory = parent.child(name);
    for (const child of directory.children()) {
      const busy = tryRemove(directory, child);
      if (busy !== undefined) return busy;
    }
  } catch (error) {
    // somebody else removes it too
    if (
      !(error instanceof CgroupError) ||
      error.code !== "ERR_CGROUP_NOT_FOUND"
    )
      throw error;
  }
  return undefined;
}

function again(parent: CgroupDirectory, name: string): CgroupError | undefined {
  try {
    parent.removeChild(name);
    return undefined;
  } catch (error) {
    if (isBusy(error)) return error;
    throw error;
  }
}

function isBusy(error: unknown): error is CgroupError {
  return error instanceof CgroupError && error.code === "ERR_CGROUP_NOT_EMPTY";
}
