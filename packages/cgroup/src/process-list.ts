import type { CgroupDirectory } from "./directory.ts";
import { CgroupError } from "./error.ts";
import { type Located, withDirectory } from "./located.ts";

/**
 * Parses a cgroup.procs. A 0 is a process that this pid namespace has no number for.
 * @throws {CgroupError} `ERR_CGROUP_INVALID`
 */
export function parsePids(text: string): number[] {
  const pids = text.split("\n").filter((line) => line !== "");
  const wrong = pids.find((pid) => !/^\d+$/.test(pid));
  if (wrong !== undefined)
    throw new CgroupError(
      "ERR_CGROUP_INVALID",
      `invalid pid ${JSON.stringify(wrong)}: expected a number`,
    );
  return pids.map(Number);
}

/** The processes of a cgroup and of those below it; none if it does not exist. */
export function processesIn(located: Located): number[] {
  return withDirectory(located, processesBelow) ?? [];
}

/** The same, of a directory that is open. */
export function processesBelow(directory: CgroupDirectory): number[] {
  const below = childrenOf(directory).flatMap((child) => {
    using opened = child;
    return processesBelow(opened);
  });
  return [...new Set([...ownProcesses(directory), ...below])];
}

/** The processes of the cgroup itself. */
export function ownProcesses(directory: CgroupDirectory): number[] {
  try {
    return parsePids(directory.read("cgroup.procs"));
  } catch (error) {
    if (!(error instanceof CgroupError)) throw error;
    // removed meanwhile; or threaded, and then its processes are those of the domain above
    if (
      error.errno === "ENODEV" ||
      error.errno === "ENOENT" ||
      error.errno === "EOPNOTSUPP"
    )
      return [];
    throw error;
  }
}

function* opened(directory: CgroupDirectory): Generator<CgroupDirectory> {
  for (const name of directory.children()) {
    try {
      yield directory.child(name);
    } catch (error) {
      // removed meanwhile
      if (
        !(error instanceof CgroupError) ||
        error.code !== "ERR_CGROUP_NOT_FOUND"
      )
        throw error;
    }
  }
}

/** The cgroups below, opened; each is to be disposed of. */
export function childrenOf(directory: CgroupDirectory): CgroupDirectory[] {
  return [...opened(directory)];
}
