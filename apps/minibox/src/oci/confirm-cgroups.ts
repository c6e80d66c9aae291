import { readFileSync } from "node:fs";
import { CgroupError, type CgroupSystem } from "@ns/cgroup";

/**
 * Asks the kernel whether a process is in these directories, by controller: where a call may succeed that has done nothing,
 * it could be in its caller's cgroups, without limits.
 * @throws {CgroupError} `ERR_CGROUP_WRITE`
 */
export function confirmCgroups(
  pid: number,
  directories: Readonly<Record<string, string>>,
  { v1, v2 }: CgroupSystem,
): void {
  const paths = pathsOf(pid);
  const hierarchies = v2 === undefined ? v1 : [...v1, v2];
  for (const [controller, directory] of Object.entries(directories)) {
    const top = hierarchies.find(({ mountpoint }) =>
      directory.startsWith(`${mountpoint}/`),
    );
    const below = directory.slice(top?.mountpoint.length);
    const path = paths.get(controller);
    if (path !== undefined && isSamePlace(path, below)) continue;
    throw new CgroupError(
      "ERR_CGROUP_WRITE",
      `cannot enter cgroup '${directory}': the process is in ${path ?? "none"} still`,
      { path: directory },
    );
  }
}

/** Mounts may begin below the top, and so may our cgroup namespace: of one path the beginning is missing then, or is `/..`. */
export function isSamePlace(path: string, below: string): boolean {
  const own = path.replace(/^(?:\/\.\.)+(?=\/)/, "");
  return own.endsWith(below) || below.endsWith(own);
}

/** Lines of `ID:CONTROLLERS:PATH`, by controller: `name=…` is one, too, and that of v2 is "". */
function pathsOf(pid: number): ReadonlyMap<string, string> {
  const paths = new Map<string, string>();
  const text = readFileSync(`/proc/${pid}/cgroup`, "utf8");
  for (const line of text.slice(0, -1).split("\n")) {
    const [, controllers = "", ...path] = line.split(":");
    for (const controller of controllers.split(","))
      paths.set(controller, path.join(":"));
  }
  return paths;
}
