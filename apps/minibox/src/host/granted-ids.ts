import { accessSync, constants } from "node:fs";
import { type IdRange, readSubordinateIds } from "@ns/idmap";

/** The programs that grant subordinate ids; see newuidmap(1). Debian: uidmap. */
const GRANTERS = ["/usr/bin/newuidmap", "/usr/bin/newgidmap"];

/** The subordinate ids of this user, or none if newuidmap(1) and newgidmap(1) are not there to grant them. */
export function grantedIds(uid: number): {
  readonly uids: readonly IdRange[];
  readonly gids: readonly IdRange[];
} {
  if (!GRANTERS.every(isExecutable)) return { uids: [], gids: [] };
  const owner = { uid, ...nameOf() };
  return {
    uids: readSubordinateIds("uid", owner),
    gids: readSubordinateIds("gid", owner),
  };
}

function nameOf(): { name?: string } {
  try {
    return { name: process.getBuiltinModule("node:os").userInfo().username };
  } catch {
    // A uid that /etc/passwd does not have (ENOENT): its ranges are listed by number.
    return {};
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // ENOENT: the package is not installed.
    return false;
  }
}
