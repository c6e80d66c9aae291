import { joinCgroupPath } from "../cgroup-path.ts";
import { CgroupError } from "../error.ts";
import type { CgroupManager } from "../manager.ts";
import { openCgroup, type OpenOptions } from "../open-manager.ts";
import { readCgroups } from "../system.ts";
import { SystemdBus } from "./bus.ts";
import { SystemdManager } from "./systemd-manager.ts";
import { parseUnitPlace, sliceCgroup } from "./unit-name.ts";

export interface SystemdOptions extends OpenOptions {
  /** The manager of this user rather than the system's. Default: unless this process is root. */
  readonly user?: boolean | undefined;
}

/**
 * The manager of a cgroup that systemd makes, a scope, from a `cgroupsPath` of the form `slice:prefix:name`; it need
 * not exist yet, and nothing is changed. Cgroup v2.
 * @throws {CgroupError} `ERR_CGROUP_INVALID` for another form; `ERR_CGROUP_SYSTEMD` if systemd cannot be reached;
 *   `ERR_CGROUP_UNSUPPORTED` on cgroup v1, where the cgroupfs driver has to do.
 */
export async function openSystemdCgroup(
  cgroupsPath: string,
  options: SystemdOptions = {},
): Promise<CgroupManager> {
  const user = options.user ?? process.geteuid?.() !== 0;
  const place = parseUnitPlace(cgroupsPath, { user });
  const system = options.system ?? readCgroups();
  if (system.mode !== "v2")
    throw new CgroupError(
      "ERR_CGROUP_UNSUPPORTED",
      `cannot use the systemd driver: cgroups are ${system.mode} here, expected v2`,
      {
        hint: "boot with systemd.unified_cgroup_hierarchy=1, or use the cgroupfs driver",
      },
    );
  using bus = await SystemdBus.connect(user);
  // of the system's manager "", of a user's /user.slice/user-1000.slice/user@1000.service
  const base = String(await bus.property("ControlGroup"));
  const path = joinCgroupPath(
    joinCgroupPath(base, sliceCgroup(place.slice)),
    place.unit,
  );
  return new SystemdManager(openCgroup(path, { system }), place, user);
}
