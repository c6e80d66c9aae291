import { readFileSync } from "node:fs";
import { MAX_ID } from "./id.ts";
import type { IdKind } from "./id-map.ts";

/** A range of ids: `size` of them from `first` on. */
export interface IdRange {
  readonly first: number;
  readonly size: number;
}

/** A line of /etc/subuid or /etc/subgid: ids that a user may map. */
export interface SubordinateRange extends IdRange {
  /** A name, or a user id in decimal. */
  readonly owner: string;
}

/** Whose ranges: both ways to say it are in use, and a line may be by either. */
export interface Owner {
  readonly uid: number;
  readonly name?: string;
}

/**
 * Parses /etc/subuid or /etc/subgid; see subuid(5). Lines that are not `owner:first:size`, or whose ids are beyond 32
 * bits, grant nothing and are passed over, as newuidmap(1) does.
 */
export function parseSubordinateIds(text: string): SubordinateRange[] {
  return text.split("\n").flatMap((line) => {
    const [, owner, first = "", size = ""] =
      /^([^:\s]+):(\d{1,10}):(\d{1,10})$/.exec(line) ?? [];
    if (owner === undefined) return [];
    const range = { owner, first: Number(first), size: Number(size) };
    const valid = range.size > 0 && range.first + range.size - 1 <= MAX_ID;
    return valid ? [range] : [];
  });
}

/** The ranges of one user, in the order of the file. In /etc/subgid too the owner is a user. */
export function subordinateIdsOf(
  ranges: readonly SubordinateRange[],
  { uid, name }: Owner,
): IdRange[] {
  return ranges
    .filter(({ owner }) => owner === String(uid) || owner === name)
    .map(({ first, size }) => ({ first, size }));
}

/**
 * Reads which ids a user may map, from /etc/subuid or /etc/subgid; none if there is no such file. What other
 * sources nsswitch.conf(5) may name for `subid` only newuidmap(1) knows.
 */
export function readSubordinateIds(kind: IdKind, owner: Owner): IdRange[] {
  return subordinateIdsOf(parseSubordinateIds(readIfThere(kind)), owner);
}

function readIfThere(kind: IdKind): string {
  try {
    return readFileSync(`/etc/sub${kind}`, "utf8");
  } catch (error) {
    // nobody may map any
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}
