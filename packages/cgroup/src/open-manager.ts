import { joinCgroupPath, normalizeCgroupPath } from "./cgroup-path.ts";
import { CgroupfsManager } from "./cgroupfs-manager.ts";
import type { ManagedTree } from "./open-trees.ts";
import { findDelegated } from "./delegation.ts";
import { CgroupError } from "./error.ts";
import type { CgroupManager } from "./manager.ts";
import { type CgroupSystem, type Hierarchy, readCgroups } from "./system.ts";

export interface OpenOptions {
  /** What is mounted. Default: {@link readCgroups}, on each call. */
  readonly system?: CgroupSystem | undefined;
}

/**
 * The manager of a cgroup, which need not exist yet; nothing is changed. An absolute path begins at the top of what is
 * mounted. A relative one is below this process's own cgroup, in each hierarchy of v1; on v2, where a cgroup with
 * processes cannot limit others, below the one that {@link findDelegated} finds.
 * @throws {CgroupError} `ERR_CGROUP_INVALID` for a path with `..`; `ERR_CGROUP_NOT_FOUND` if no cgroup file system is
 *   mounted; `ERR_CGROUP_NOT_DELEGATED` for a relative path without a place for it.
 */
export function openCgroup(
  path: string,
  options: OpenOptions = {},
): CgroupManager {
  const normal = normalizeCgroupPath(path);
  const system = options.system ?? readCgroups();
  const place = path.startsWith("/")
    ? () => normal
    : placeBelowOwn(system, normal);
  const hierarchies = [
    ...system.v1,
    ...(system.v2 === undefined ? [] : [system.v2]),
  ].filter(isUseful);
  if (system.mode === "none" || hierarchies.length === 0)
    throw new CgroupError(
      "ERR_CGROUP_NOT_FOUND",
      "cannot use cgroups: no cgroup file system is mounted",
      {
        hint: "mount -t cgroup2 cgroup2 /sys/fs/cgroup",
      },
    );
  return new CgroupfsManager(
    system.mode,
    hierarchies.map((each) => managed(each, place(each))),
  );
}

/** Names are used only where systemd looks for them. */
function isUseful({ version, controllers, name }: Hierarchy): boolean {
  return version === 2 || controllers.length > 0 || name === "systemd";
}

function managed(hierarchy: Hierarchy, path: string): ManagedTree {
  const { version, mountpoint, controllers, name } = hierarchy;
  return {
    tree: { version, mountpoint },
    path,
    controllers: version === 1 ? controllers : [],
    ...(name !== undefined && { name }),
  };
}

function placeBelowOwn(
  system: CgroupSystem,
  below: string,
): (hierarchy: Hierarchy) => string {
  if (system.mode === "v2") {
    const base = findDelegated(system).path;
    return () => joinCgroupPath(base, below);
  }
  return ({ own, mountpoint }) => {
    if (own !== undefined) return joinCgroupPath(own, below);
    throw new CgroupError(
      "ERR_CGROUP_NOT_FOUND",
      `cannot use a relative cgroup path: this process's cgroup is not below '${mountpoint}'`,
      {
        path: mountpoint,
        hint: "give an absolute path, which begins at the mount point",
      },
    );
  };
}
