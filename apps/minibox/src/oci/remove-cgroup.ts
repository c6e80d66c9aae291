import { rmdirSync } from "node:fs";
import type { CgroupManager } from "@ns/cgroup";
import type { Config } from "@ns/oci";
import type { Runtime } from "./runtime.ts";
import type { ContainerRecord } from "./store.ts";

/** Removes a container's cgroup, with what is in it. */
export async function removeCgroup(
  runtime: Runtime,
  record: ContainerRecord,
  config: Config | undefined,
): Promise<void> {
  if (removeEmpty(record)) return;
  const cgroup = await cgroupToRemove(runtime, record, config);
  if (cgroup?.exists() !== true) return;
  await cgroup.kill();
  await cgroup.delete();
}

/** Mostly nothing is in it any more: all processes have ended with the first. True if that was all there was to do. */
function removeEmpty({ cgroup, cgroupDirectories }: ContainerRecord): boolean {
  if (cgroup?.driver !== "cgroupfs" || cgroupDirectories === undefined)
    return false;
  try {
    for (const directory of Object.values(cgroupDirectories))
      removeIfThere(directory);
    return true;
  } catch {
    // busy, most likely: whoever kills what is in it tells of all else
    return false;
  }
}

function removeIfThere(directory: string): void {
  try {
    rmdirSync(directory);
  } catch (error) {
    // a tree may be known by two controllers
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

/** Its cgroup. It was free when the container took it, and is its own since there is a record, damaged or not. */
async function cgroupToRemove(
  { cgroupManager }: Runtime,
  record: ContainerRecord,
  config: Config | undefined,
): Promise<CgroupManager | undefined> {
  const { cgroupFor, cgroupOf } = await import("./cgroup.ts");
  return record.damaged === true && config !== undefined
    ? cgroupFor(record.id, config, cgroupManager)
    : cgroupOf(record);
}
