import type { Config } from "../config.ts";
import type { Check, Report } from "../internal/report.ts";
import type { IdMapping } from "../linux.ts";

/** UID_GID_MAP_MAX_EXTENTS of include/linux/user_namespace.h. Linux 4.15; 5 before. */
const MAX_LINES = 340;

/** 2^32-1 is no id. */
const END_OF_IDS = 0xffffffff;

const KINDS = ["uidMappings", "gidMappings"] as const;

/** A user namespace and its maps, and the ids of the process in them; see user_namespaces(7). */
export const checkIds: Check<Config> = (config, report) => {
  const { namespaces = [], ...linux } = config.linux ?? {};
  const user = namespaces.find(({ type }) => type === "user");
  for (const kind of KINDS) {
    const map = linux[kind] ?? [];
    checkIdMap(map, report, `linux.${kind}`);
    if (map.length > 0 && user === undefined)
      report.error(
        `linux.${kind}`,
        "expected none without a user namespace",
        'add {"type": "user"} to linux.namespaces',
      );
    if (map.length === 0 && user !== undefined && (user.path ?? "") === "")
      report.warn(
        `linux.${kind}`,
        "expected a map for the new user namespace, found none",
        "without one its processes have no ids, unless the runtime adds it",
      );
  }
  // of a namespace that is joined the maps are not known here
  if (user !== undefined && (user.path ?? "") === "")
    checkMapped(config, report);
};

/** The ids of a map: what the kernel takes from nobody is refused. */
export function checkIdMap(
  map: readonly IdMapping[],
  report: Report,
  path: string,
): void {
  if (map.length > MAX_LINES) {
    report.error(
      path,
      `expected ${MAX_LINES} mappings at most, found ${map.length}`,
      "join ranges that follow each other",
    );
    return;
  }
  for (const [i, mapping] of map.entries()) {
    const { containerID, hostID, size } = mapping;
    if (size === 0)
      report.error(`${path}[${i}].size`, "expected 1 or more, found 0");
    for (const [name, first] of Object.entries({ containerID, hostID }))
      if (first + size > END_OF_IDS)
        report.error(
          `${path}[${i}].size`,
          `expected ids of 32 bits, found ${size} from ${name} ${first} on`,
        );
  }
  for (const side of ["containerID", "hostID"] as const) {
    const sorted = [...map.entries()].toSorted(
      ([, a], [, b]) => a[side] - b[side],
    );
    for (const [k, [i, mapping]] of sorted.entries()) {
      const [j, next] = sorted[k + 1] ?? [];
      if (j === undefined || next === undefined) continue;
      if (mapping[side] + mapping.size > next[side])
        report.error(
          `${path}[${Math.max(i, j)}].${side}`,
          `expected no id twice, found ${next[side]} in ${path}[${Math.min(i, j)}] too`,
        );
    }
  }
}

/** Whether an id of the container is one of the host. */
export function isMapped(
  map: readonly IdMapping[] | undefined,
  id: number,
): boolean {
  return (map ?? []).some(
    ({ containerID, size }) => id >= containerID && id - containerID < size,
  );
}

function checkMapped({ process, linux }: Config, report: Report): void {
  const user = process?.user;
  if (user === undefined) return;
  const check = (kind: (typeof KINDS)[number], id: number, path: string) => {
    if ((linux?.[kind]?.length ?? 0) > 0 && !isMapped(linux?.[kind], id))
      report.error(
        `process.user.${path}`,
        `expected an id that linux.${kind} maps, found ${id}`,
      );
  };
  check("uidMappings", user.uid, "uid");
  check("gidMappings", user.gid, "gid");
  for (const [i, gid] of (user.additionalGids ?? []).entries())
    check("gidMappings", gid, `additionalGids[${i}]`);
}
