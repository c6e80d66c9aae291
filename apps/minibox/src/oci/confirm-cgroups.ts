import { CgroupError, type CgroupSystem, readMemberships } from "@ns/cgroup";

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

/** By controller: `name=…` is one, too, and that of v2 is "". */
function pathsOf(pid: number): ReadonlyMap<string, string> {
  const paths = new Map<string, string>();
  for (const { controllers, name, deleted, ...at } of readMemberships(pid)) {
    // one that is no more is not the one that was made
    const path = deleted ? `${at.path} (deleted)` : at.path;
    for (const controller of controllers) paths.set(controller, path);
    if (name !== undefined) paths.set(`name=${name}`, path);
    else if (controllers.length === 0) paths.set("", path);
  }
  return paths;
}
