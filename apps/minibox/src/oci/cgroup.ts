import {
  type CgroupManager,
  type CgroupSystem,
  type Hierarchy,
  openCgroup,
  openSystemdCgroup,
  readCgroups,
  type Resources,
} from "@ns/cgroup";
import type { Config } from "@ns/oci";
import { unsupported } from "../plan/oci/unsupported.ts";
import type { Runtime } from "./runtime.ts";
import type { ContainerRecord } from "./store.ts";

/**
 * The container's cgroup, which need not exist yet; none with the manager `disabled`.
 * @throws {MiniboxError} `ERR_UNSUPPORTED` for a limit that only a cgroup sets.
 */
export async function cgroupFor(
  id: string,
  { linux }: Config,
  manager: Runtime["cgroupManager"],
  system: CgroupSystem = readCgroups(),
): Promise<CgroupManager | undefined> {
  const path = linux?.cgroupsPath ?? "";
  if (manager === "disabled") {
    refuseLimits(linux?.resources);
    return undefined;
  }
  if (manager === "systemd") return openSystemdCgroup(unitOf(id, path));
  return openCgroup(path === "" ? id : path, { system });
}

function refuseLimits(resources: object = {}): void {
  // rules for devices are not for a container that stays where its caller is
  for (const [name, limits] of Object.entries(resources))
    if (name !== "devices" && Object.keys(limits as object).length > 0)
      throw unsupported(
        `linux.resources.${name}`,
        "--cgroup-manager disabled makes no cgroup",
      );
}

/** systemd's name, slice:prefix:name, of the cgroup of a container. */
function unitOf(id: string, configured: string): string {
  return configured === "" ? `:minibox:${id}` : configured;
}

/** Where a container's cgroup is found again: by the path from the top, or systemd's name. */
export function placeOf(
  id: string,
  { linux }: Config,
  { driver, path, directories }: CgroupManager,
): Pick<ContainerRecord, "cgroup" | "cgroupDirectories"> {
  const unit = unitOf(id, linux?.cgroupsPath ?? "");
  return {
    cgroup: { path: driver === "systemd" ? unit : path, driver },
    cgroupDirectories: directories,
  };
}

/** The cgroup of a container that was made. */
export async function cgroupOf(
  {
    cgroup,
    cgroupDirectories = {},
  }: Pick<ContainerRecord, "cgroup" | "cgroupDirectories">,
  system: CgroupSystem = readCgroups(),
): Promise<CgroupManager | undefined> {
  if (cgroup === undefined) return undefined;
  if (cgroup.driver === "systemd") return openSystemdCgroup(cgroup.path);
  if (system.mode === "v2") return openCgroup(cgroup.path);
  // Below the maker's own cgroup, which may be another in each hierarchy of v1.
  const directories = Object.values(cgroupDirectories);
  // one that the maker did not see has nothing of the container's: what is there is the caller's own
  const placed = (hierarchy: Hierarchy): Hierarchy[] => {
    const { mountpoint } = hierarchy;
    const own = directories.find((path) => path.startsWith(`${mountpoint}/`));
    return own === undefined
      ? []
      : [{ ...hierarchy, own: own.slice(mountpoint.length) }];
  };
  const v1 = system.v1.flatMap(placed);
  const [v2] = system.v2 === undefined ? [] : placed(system.v2);
  return openCgroup(".", {
    system: { mode: system.mode, v1, ...(v2 !== undefined && { v2 }) },
  });
}

/**
 * The limits of a new container. Without a list of devices there are the default ones, as with an empty list
 * (GHSA-g54h-m393-cpwq); but for who is no root of the machine, who has no others anyway and may not filter them.
 */
export function limitsOf(
  { linux }: Config,
  { rootless }: { readonly rootless: boolean },
): Resources {
  const limits = resourcesOf(linux?.resources);
  return rootless ? limits : { devices: [], ...limits };
}

/** Limits as the cgroup takes them: numbers that are bigints in the configuration are as good as infinite here. */
export function resourcesOf(resources: unknown): Resources {
  return withNumbers(resources ?? {}) as Resources;
}

function withNumbers(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(withNumbers);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, withNumbers(each)]),
  );
}
