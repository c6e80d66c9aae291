import { existsSync, readFileSync } from "node:fs";
import type { ContainerRecord } from "./store.ts";

/** Whether the container's processes are stopped by the freezer; read from files, for this is asked at each `state`. */
export function isFrozen({
  cgroup,
  cgroupDirectories = {},
}: FrozenFacts): boolean {
  if (cgroup === undefined) return false;
  const v1 = cgroupDirectories["freezer"];
  if (v1 !== undefined)
    return readIfThere(`${v1}/freezer.state`).trim() === "FROZEN";
  const v2 = cgroupDirectories[""];
  return (
    v2 !== undefined && /^frozen 1$/m.test(readIfThere(`${v2}/cgroup.events`))
  );
}

type FrozenFacts = Pick<ContainerRecord, "cgroup" | "cgroupDirectories">;

function readIfThere(path: string): string {
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}
