import { accessSync, constants, readFileSync } from "node:fs";

/** A range of subordinate ids: `size` ids from `first` on. */
export interface IdRange {
  readonly first: number;
  readonly size: number;
}

/**
 * Parses /etc/subuid or /etc/subgid, and returns the ranges of a user given by name or number; see
 * subuid(5). Lines that are not of its form are passed over, as newuidmap(1) does.
 */
export function parseSubordinateIds(
  text: string,
  user: { readonly uid: number; readonly name?: string },
): IdRange[] {
  return text.split("\n").flatMap((line) => {
    const [, owner, first, size] = /^([^:\s]+):(\d+):(\d+)$/.exec(line) ?? [];
    if (
      owner === undefined ||
      (owner !== user.name && owner !== String(user.uid))
    )
      return [];
    return { first: Number(first), size: Number(size) };
  });
}

/** The ranges of this user, or none if newuidmap(1) and newgidmap(1) are not there to grant them. */
export function readSubordinateIds(uid: number): {
  uids: IdRange[];
  gids: IdRange[];
} {
  if (!["/usr/bin/newuidmap", "/usr/bin/newgidmap"].every(isExecutable))
    return { uids: [], gids: [] };
  const user = { uid, ...nameOf() };
  return {
    uids: parseSubordinateIds(readIfThere("/etc/subuid"), user),
    gids: parseSubordinateIds(readIfThere("/etc/subgid"), user),
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

function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // ENOENT: nobody has subordinate ids.
    return "";
  }
}
