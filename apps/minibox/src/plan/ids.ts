import type { IdRange } from "@ns/idmap";
import type { IdMapping } from "@ns/spawn";
import { MiniboxError } from "../error.ts";
import type { Host } from "../host/host.ts";

/** Whom the command runs as, by number. */
export interface User {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
}

/** The ids of a new user namespace. */
export interface IdMaps {
  readonly uidMappings: readonly IdMapping[];
  readonly gidMappings: readonly IdMapping[];
  /** Whether it maps ranges, which newuidmap(1) has to write and in which setgroups(2) works. */
  readonly ranges: boolean;
}

/** Ids 0 to 65535: what a distribution's files may belong to. */
const WANTED = 65536;

/**
 * Maps ids for an unprivileged caller: root inside is the caller, the ids from 1 on are its subordinate ones. A
 * caller without any has one id to give: it becomes the user asked for.
 */
export function mapIds(host: Host, user: User): IdMaps {
  const { uids, gids } = host.subordinateIds;
  if (uids.length > 0 && gids.length > 0) {
    const maps = {
      uidMappings: [
        { containerId: 0, hostId: host.euid, size: 1 },
        ...stack(uids),
      ],
      gidMappings: [
        { containerId: 0, hostId: host.egid, size: 1 },
        ...stack(gids),
      ],
      ranges: true,
    };
    checkMapped("user", user.uid, maps.uidMappings);
    checkMapped("group", user.gid, maps.gidMappings);
    return maps;
  }
  return {
    uidMappings: [{ containerId: user.uid, hostId: host.euid, size: 1 }],
    gidMappings: [{ containerId: user.gid, hostId: host.egid, size: 1 }],
    ranges: false,
  };
}

/** Lays ranges end to end from container id 1 on. */
function stack(ranges: readonly IdRange[]): IdMapping[] {
  const mappings: IdMapping[] = [];
  let containerId = 1;
  for (const { first, size } of ranges) {
    const taken = Math.min(size, WANTED - containerId);
    if (taken <= 0) break;
    mappings.push({ containerId, hostId: first, size: taken });
    containerId += taken;
  }
  return mappings;
}

function checkMapped(
  kind: "user" | "group",
  id: number,
  mappings: readonly IdMapping[],
): void {
  if (
    mappings.some(
      ({ containerId, size }) => id >= containerId && id < containerId + size,
    )
  )
    return;
  throw new MiniboxError(
    "ERR_UNMAPPED_USER",
    `${kind} ${id} is not mapped: your subordinate ids reach to ${last(mappings)}`,
    {
      hint: "a larger range in /etc/subuid and /etc/subgid: usermod --add-subuids FIRST-LAST --add-subgids FIRST-LAST USER",
    },
  );
}

function last(mappings: readonly IdMapping[]): number {
  return Math.max(
    ...mappings.map(({ containerId, size }) => containerId + size - 1),
  );
}
