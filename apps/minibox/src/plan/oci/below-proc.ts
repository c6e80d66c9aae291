import type { Mount } from "@ns/oci";
import { partsOf } from "./place.ts";
import { unsupported } from "./unsupported.ts";

/** Files of /proc that something else may be shown for: LXCFS does. */
const REPLACEABLE = new Set([
  "/proc/cpuinfo",
  "/proc/diskstats",
  "/proc/meminfo",
  "/proc/stat",
  "/proc/swaps",
  "/proc/uptime",
  "/proc/loadavg",
  "/proc/slabinfo",
  "/proc/net/dev",
  "/proc/sys/kernel/ns_last_pid",
  "/proc/sys/crypto/fips_enabled",
]);

/** Whatever writes to /proc inside must reach the kernel (CVE-2019-16884). */
export function checkBelowProc({ destination }: Mount, why: string): void {
  const path = `/${partsOf(destination).join("/")}`;
  if (!path.startsWith("/proc/") || REPLACEABLE.has(path)) return;
  throw unsupported(
    `${why}.destination`,
    `'${destination}' cannot be mounted because it is inside /proc`,
  );
}
