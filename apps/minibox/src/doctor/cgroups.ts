import { accessSync, constants, readFileSync } from "node:fs";
import { parseMountinfo } from "@ns/mount";
import type { Finding } from "./check.ts";

export function checkCgroups(): Finding {
  const what = "cgroups";
  const mounts = parseMountinfo(readFileSync("/proc/self/mountinfo", "utf8"));
  const v2 = mounts.find(({ fsType }) => fsType === "cgroup2")?.mountPoint;
  const v1 = mounts.some(({ fsType }) => fsType === "cgroup");
  if (v2 === undefined) {
    const detail = v1 ? "version 1 only" : "not mounted";
    return {
      state: "limited",
      what,
      detail,
      mend: "boot with systemd.unified_cgroup_hierarchy=1 for version 2",
    };
  }
  const own = ownCgroup(v2);
  const writable = isWritable(own)
    ? "ours can be divided"
    : "ours cannot be divided by us";
  if (v1) {
    return {
      state: "limited",
      what,
      detail: `hybrid: version 2 at ${v2}, controllers on version 1; ${writable}`,
      mend: "boot with systemd.unified_cgroup_hierarchy=1 for version 2 alone",
    };
  }
  if (isWritable(own))
    return { state: "ok", what, detail: `version 2 at ${v2}; ${writable}` };
  return {
    state: "limited",
    what,
    detail: `version 2 at ${v2}; ${writable}`,
    mend: "systemd-run --user --scope -p Delegate=yes minibox …",
  };
}

/** The directory of the version 2 cgroup that this process is in. */
function ownCgroup(mountPoint: string): string {
  const [, path = "/"] =
    /^0::(.*)$/m.exec(readFileSync("/proc/self/cgroup", "utf8")) ?? [];
  return mountPoint + path;
}

function isWritable(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK);
    return true;
  } catch {
    // EACCES: it was not delegated. EROFS, ENOENT: a container around us does not show it.
    return false;
  }
}
