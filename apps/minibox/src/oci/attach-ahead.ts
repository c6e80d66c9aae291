import { closeSync, constants, openSync, write } from "node:fs";
import { type CgroupSystem, readCgroups } from "@ns/cgroup";

/**
 * Saves the process that will be moved into a cgroup of v1 most of a wait. Such a move waits for an RCU grace period, 5
 * to 20 ms, unless another has just done so (cgroup_threadgroup_rwsem, a percpu_rw_semaphore). So this process is moved
 * to where it is, which changes nothing, on another thread while there is other work to do. Returns the cgroups there are.
 */
export function attachAhead(): CgroupSystem {
  const system = readCgroups();
  moveToOwn(system);
  return system;
}

function moveToOwn({ v1 }: CgroupSystem): void {
  const tree = v1.find(({ own }) => own !== undefined);
  if (tree === undefined) return;
  const { mountpoint, own = "" } = tree;
  let fd: number;
  try {
    fd = openSync(`${mountpoint}${own}/cgroup.procs`, constants.O_WRONLY);
  } catch {
    // not for us (EACCES, EROFS): then no other move is either
    return;
  }
  // whether it may (EPERM) is of no interest
  write(fd, "0", () => {
    closeSync(fd);
  });
}
