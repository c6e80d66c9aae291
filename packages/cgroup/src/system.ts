import { readFileSync, statfsSync } from "node:fs";
import { componentsOf, normalizeCgroupPath } from "./cgroup-path.ts";
import { CgroupError } from "./error.ts";
import { errnoOf } from "./file-error.ts";
import { parseMemberships, type Membership } from "./membership.ts";
import { parseCgroupMounts, type CgroupMount } from "./mounts.ts";

/** What is mounted: v2 alone, v1 alone, v1's controllers with a v2 tree beside them, or nothing. */
export type CgroupMode = "v2" | "v1" | "hybrid" | "none";

/** One tree of cgroups: where it is mounted, and where this process is in it. */
export interface Hierarchy {
  readonly version: 1 | 2;
  readonly mountpoint: string;
  /** v1: its controllers. v2: those that the mounted root offers. */
  readonly controllers: readonly string[];
  /** v1: `"systemd"`, for a hierarchy that only has a name. */
  readonly name?: string;
  /** This process's cgroup, as a path below the mount point. Undefined: it is not under what is mounted. */
  readonly own?: string;
}

/** The machine's cgroups as one process sees them. */
export interface CgroupSystem {
  readonly mode: CgroupMode;
  readonly v2?: Hierarchy;
  readonly v1: readonly Hierarchy[];
}

/** What {@link detectCgroups} is told. */
export interface CgroupFacts {
  /** /proc/PID/mountinfo */
  readonly mountinfo: string;
  /** /proc/PID/cgroup */
  readonly cgroup: string;
  /** The `cgroup.controllers` at a v2 mount point; "" if unreadable. */
  readonly rootControllers?: (mountpoint: string) => string;
  /** `f_type` of statfs(2) at a mount point; a mount over the mount would be another. */
  readonly fileSystemType?: (mountpoint: string) => number | undefined;
}

/** `f_type` of cgroup file systems: CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC of include/uapi/linux/magic.h. */
export const FILE_SYSTEM_TYPES: Readonly<Record<1 | 2, number>> = {
  1: 0x27e0eb,
  2: 0x63677270,
};

/**
 * Finds out which cgroups there are, from what a process sees; nothing is read.
 * Of several mounts of a hierarchy the first counts, as for runc: it is where the others were copied from.
 */
export function detectCgroups(facts: CgroupFacts): CgroupSystem {
  const memberships = parseMemberships(facts.cgroup);
  const mounts = parseCgroupMounts(facts.mountinfo).filter(
    ({ version, mountpoint }) =>
      facts.fileSystemType === undefined ||
      facts.fileSystemType(mountpoint) === FILE_SYSTEM_TYPES[version],
  );
  const v2Mount = mounts.find(({ version }) => version === 2);
  const v1: Hierarchy[] = [];
  for (const mount of mounts) {
    if (mount.version === 1 && !v1.some((known) => isSame(known, mount)))
      v1.push(hierarchy(mount, memberships));
  }
  const v2 =
    v2Mount &&
    hierarchy(
      v2Mount,
      memberships,
      facts.rootControllers?.(v2Mount.mountpoint),
    );
  return { mode: modeOf(v1, v2), v1, ...(v2 !== undefined && { v2 }) };
}

function modeOf(
  v1: readonly Hierarchy[],
  v2: Hierarchy | undefined,
): CgroupMode {
  // a hierarchy with nothing but a name (systemd's) limits nothing, but whoever mounts one manages v1
  if (v1.length === 0) return v2 === undefined ? "none" : "v2";
  return v2 === undefined ? "v1" : "hybrid";
}

function hierarchy(
  mount: CgroupMount,
  memberships: readonly Membership[],
  rootControllers = "",
): Hierarchy {
  const { version, mountpoint, controllers, name } = mount;
  const membership = memberships.find((each) => isOf(mount, each));
  const own = membership && below(mount.root, membership.path);
  return {
    version,
    mountpoint,
    controllers: version === 1 ? controllers : words(rootControllers),
    ...(name !== undefined && { name }),
    ...(own !== undefined && { own }),
  };
}

function isOf(
  mount: CgroupMount,
  { hierarchyId, ...its }: Membership,
): boolean {
  if (mount.version === 2) return hierarchyId === 0;
  return hierarchyId !== 0 && isSame(mount, its);
}

function isSame(
  a: Pick<Hierarchy, "controllers" | "name">,
  b: Pick<Hierarchy, "controllers" | "name">,
): boolean {
  return (
    a.name === b.name &&
    a.controllers.length === b.controllers.length &&
    a.controllers.every((controller) => b.controllers.includes(controller))
  );
}

/** `path` as seen from `root`, the cgroup that a mount shows; undefined if it is not below. */
function below(root: string, path: string): string | undefined {
  const top = componentsOf(root);
  const its = componentsOf(path);
  // outside of the cgroup namespace
  if (top.includes("..") || its.includes("..")) return undefined;
  if (top.some((component, i) => its[i] !== component)) return undefined;
  return normalizeCgroupPath(its.slice(top.length).join("/"));
}

/** The machine's cgroups as this process, or another, sees them; for another, through its root. */
export function readCgroups(pid: number | "self" = "self"): CgroupSystem {
  const proc = `/proc/${String(pid)}`;
  const at = (path: string): string =>
    pid === "self" ? path : `${proc}/root${path}`;
  return detectCgroups({
    mountinfo: readFileSync(`${proc}/mountinfo`, "utf8"),
    cgroup: readFileSync(`${proc}/cgroup`, "utf8"),
    rootControllers: (mountpoint) =>
      reachable(() =>
        readFileSync(`${at(mountpoint)}/cgroup.controllers`, "utf8"),
      ) ?? "",
    fileSystemType: (mountpoint) =>
      reachable(() => statfsSync(at(mountpoint)).type),
  });
}

/** A mount may be out of reach: below a directory of somebody else's, or under another mount. */
function reachable<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "EACCES", "EPERM"].includes(errnoOf(error)))
      return undefined;
    throw error;
  }
}

/**
 * The v1 hierarchy with `controller`, or the v2 one if it offers it.
 * @throws {CgroupError} `ERR_CGROUP_NO_CONTROLLER` if neither does.
 */
export function hierarchyOf(
  system: CgroupSystem,
  controller: string,
): Hierarchy {
  const found = [...system.v1, ...(system.v2 ? [system.v2] : [])].find(
    ({ controllers }) => controllers.includes(controller),
  );
  if (found !== undefined) return found;
  throw new CgroupError(
    "ERR_CGROUP_NO_CONTROLLER",
    `cannot find controller '${controller}': no mounted hierarchy has it`,
    {
      controller,
      hint: "see /proc/cgroups for what the kernel has, and the boot parameter cgroup_disable",
    },
  );
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}
