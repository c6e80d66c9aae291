import { readFileSync } from "node:fs";
import { IdmapError } from "./error.ts";
import {
  type ContainerId,
  containerId,
  type HostId,
  hostId,
  MAX_ID,
} from "./id.ts";

/** A line of a map: `size` ids from `containerId` on inside are those from `hostId` on outside. As in `@ns/spawn`. */
export interface IdMapping {
  readonly containerId: number;
  readonly hostId: number;
  readonly size: number;
}

/** The map of a user namespace's user or group ids: which id inside is which outside. */
export type IdMap = readonly IdMapping[];

/** Users, or groups. */
export type IdKind = "uid" | "gid";

/** How many lines a map may have: UID_GID_MAP_MAX_EXTENTS of include/linux/user_namespace.h. Linux 4.15; 5 before. */
export const MAX_LINES = 340;

/** What is written to a map at once has to be shorter than a page, and pages are this long at least. */
const PAGE_SIZE = 4096;

/**
 * Parses the text of uid_map or gid_map: `containerId hostId size` on each line, as the kernel shows it or as it may
 * be written; see user_namespaces(7). No lines are no map: it has not been written yet.
 * @throws {IdmapError} `ERR_IDMAP_INVALID_MAP` for anything else, and for what {@link checkIdMap} refuses.
 */
export function parseIdMap(text: string): IdMapping[] {
  const lines = text.replace(/\n$/, "").split("\n");
  const map = text === "" ? [] : lines.map(parseLine);
  checkIdMap(map);
  return map;
}

/**
 * The text to write to uid_map or gid_map.
 * @throws {IdmapError} `ERR_IDMAP_INVALID_MAP` for what {@link checkIdMap} refuses, and for a text that is not shorter
 *   than a page of 4096 bytes, which the kernel cannot take.
 */
export function formatIdMap(map: IdMap): string {
  checkIdMap(map);
  const text = map.map((line) => `${formatMapping(line)}\n`).join("");
  if (text.length < PAGE_SIZE) return text;
  throw invalid(
    `${map.length} lines of ${text.length} bytes`,
    `less than ${PAGE_SIZE} bytes`,
    "join ranges that follow each other",
  );
}

/**
 * Refuses a map that the kernel takes from nobody: a line without ids or beyond the 32 bits of an id, two lines
 * with ids in common, on either side, or more than 340 lines; see user_namespaces(7).
 * @throws {IdmapError} `ERR_IDMAP_INVALID_MAP`, naming the line.
 */
export function checkIdMap(map: IdMap): void {
  if (map.length > MAX_LINES)
    throw invalid(`${map.length} lines`, `at most ${MAX_LINES}`);
  for (const line of map) checkMapping(line);
  for (const from of ["containerId", "hostId"] as const) {
    const sorted = map.toSorted((a, b) => a[from] - b[from]);
    for (const [i, line] of sorted.entries()) {
      const next = sorted[i + 1];
      if (next === undefined || line[from] + line.size <= next[from]) continue;
      const where = from === "hostId" ? "outside" : "inside";
      throw invalid(
        `'${formatMapping(line)}' and '${formatMapping(next)}'`,
        `no id twice ${where}`,
      );
    }
  }
}

/**
 * Reads the map of a process's user namespace; outside is the caller's own, or its parent if it is the same
 * one. Needs no privileges; see proc_pid_uid_map(5).
 */
export function readIdMap(
  kind: IdKind,
  pid: number | "self" = "self",
): IdMapping[] {
  return parseIdMap(readFileSync(`/proc/${pid}/${kind}_map`, "utf8"));
}

/** The id outside that an id inside is, or undefined if it has none. */
export function toHost(map: IdMap, id: ContainerId): HostId | undefined {
  const line = map.find((each) => contains(each.containerId, each.size, id));
  return line && hostId(id - line.containerId + line.hostId);
}

/** The id inside that an id outside is, or undefined if it has none: inside it is shown as the overflow id, 65534. */
export function toContainer(map: IdMap, id: HostId): ContainerId | undefined {
  const line = map.find((each) => contains(each.hostId, each.size, id));
  return line && containerId(id - line.hostId + line.containerId);
}

function contains(first: number, size: number, id: number): boolean {
  return id >= first && id < first + size;
}

function checkMapping(line: IdMapping): void {
  const { containerId, hostId, size } = line;
  const valid =
    [containerId, hostId, size].every((n) => Number.isInteger(n) && n >= 0) &&
    size > 0 &&
    containerId + size - 1 <= MAX_ID &&
    hostId + size - 1 <= MAX_ID;
  if (valid) return;
  throw invalid(
    `'${formatMapping(line)}'`,
    `a range of ids within 0 to ${MAX_ID} on both sides`,
  );
}

function parseLine(line: string): IdMapping {
  const fields =
    /^[ \t]*(\d{1,10})[ \t]+(\d{1,10})[ \t]+(\d{1,10})[ \t]*$/.exec(line);
  if (fields === null)
    throw invalid(JSON.stringify(line), "three numbers, 'inside outside size'");
  const [containerId = NaN, hostId = NaN, size = NaN] = fields
    .slice(1)
    .map(Number);
  return { containerId, hostId, size };
}

function formatMapping({ containerId, hostId, size }: IdMapping): string {
  return `${containerId} ${hostId} ${size}`;
}

function invalid(what: string, expected: string, hint?: string): IdmapError {
  return new IdmapError(
    "ERR_IDMAP_INVALID_MAP",
    `invalid id map, ${what}: expected ${expected}`,
    hint === undefined ? {} : { hint },
  );
}
