import { setTimeout as delay } from "node:timers/promises";
import { CgroupDirectory } from "./directory.ts";
import { CgroupError } from "./error.ts";
import type { Located } from "./located.ts";
import { ownProcesses } from "./process-list.ts";

const TRIES = 5;
const DELAY_MS = 30;

/**
 * Checks the number of a process or thread; 0 would be the one that writes.
 * @throws {RangeError}
 */
export function checkPid(pid: number): void {
  if (!Number.isSafeInteger(pid) || pid <= 0 || pid > 0x7fffffff)
    throw new RangeError(
      `invalid pid '${String(pid)}': expected a positive number`,
    );
}

/** Moves a process with all its threads into a cgroup. */
export async function moveProcess(
  { tree, path }: Located,
  pid: number,
): Promise<void> {
  using directory = CgroupDirectory.open(tree, path);
  await writeMember(directory, "cgroup.procs", pid);
}

/** Moves one thread into a cgroup: on v2 a threaded one, of the same domain as its process's. */
export async function moveThread(
  { tree, path }: Located,
  tid: number,
): Promise<void> {
  using directory = CgroupDirectory.open(tree, path);
  await writeMember(
    directory,
    tree.version === 2 ? "cgroup.threads" : "tasks",
    tid,
  );
}

async function writeMember(
  directory: CgroupDirectory,
  file: string,
  id: number,
): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      directory.write(file, String(id));
      return;
    } catch (error) {
      // EINVAL: it has been forked a moment ago and has not run yet
      const isNew = error instanceof CgroupError && error.errno === "EINVAL";
      if (!isNew || tries === TRIES) throw error;
    }
    await delay(DELAY_MS);
  }
}

/**
 * Moves the processes of a cgroup into a new one below it, after which it can hand controllers to its children.
 * @returns the number of processes that were moved.
 */
export async function vacateCgroup(
  { tree, path }: Located,
  name: string,
): Promise<number> {
  using directory = CgroupDirectory.open(tree, path);
  directory.makeChild(name);
  using child = directory.child(name);
  let moved = 0;
  // those that are forked meanwhile come in the next round
  for (
    let pids = ownProcesses(directory);
    pids.length > 0;
    pids = ownProcesses(directory)
  ) {
    for (const pid of pids) {
      try {
        await writeMember(child, "cgroup.procs", pid);
        moved++;
      } catch (error) {
        // it has ended
        if (!(error instanceof CgroupError) || error.errno !== "ESRCH")
          throw error;
      }
    }
  }
  return moved;
}
