import { IdmapError } from "./error.ts";
import { MAX_ID } from "./id.ts";
import type { IdMapping } from "./id-map.ts";
import type { IdRange } from "./subordinate-ids.ts";

/** How many ids there shall be inside. */
export interface MapSize {
  /** Default: 65536, from 0 to 65535, what a distribution's files belong to; as many as there are, if fewer. */
  readonly size?: number;
}

const DISTRIBUTION = 65536;

/**
 * The map of a rootless container: 0 inside is the caller's own id, and from 1 on come the subordinate ones. Without
 * any, it is the one line that the kernel takes from anybody.
 * @throws {RangeError} for ranges, an id or a size that cannot be.
 */
export function rootlessMap(
  own: number,
  subordinate: readonly IdRange[],
  { size = DISTRIBUTION }: MapSize = {},
): IdMapping[] {
  checkRanges([{ first: own, size: 1 }, ...subordinate]);
  checkSize(size);
  const others = fill(subordinate, [{ first: 1, size: size - 1 }]);
  return [{ containerId: 0, hostId: own, size: 1 }, ...others];
}

/**
 * The map in which the caller's own id is the same inside and outside, and subordinate ones are all around it, as
 * podman's `--userns=keep-id`.
 * @throws {RangeError} for ranges, an id or a size that cannot be.
 */
export function keepIdMap(
  own: number,
  subordinate: readonly IdRange[],
  { size = DISTRIBUTION }: MapSize = {},
): IdMapping[] {
  checkRanges([{ first: own, size: 1 }, ...subordinate]);
  checkSize(size);
  const around = [
    { first: 0, size: Math.min(own, size) },
    { first: own + 1, size: Math.max(0, size - own - 1) },
  ];
  const others = fill(subordinate, around);
  return [...others, { containerId: own, hostId: own, size: 1 }].toSorted(
    (a, b) => a.containerId - b.containerId,
  );
}

/**
 * Finds ids for one more container among those of a pool, as podman's `--userns=auto`: the first `size` that follow
 * each other and of which none is taken. Callers that share a pool take a lock around it and what they do with it.
 * @throws {IdmapError} `ERR_IDMAP_TOO_FEW_IDS` if there are not so many in a row.
 * @throws {RangeError} for ranges or a size that cannot be.
 */
export function allocateRange(
  size: number,
  {
    pool,
    taken,
  }: { readonly pool: readonly IdRange[]; readonly taken: readonly IdRange[] },
): IdRange {
  checkSize(size);
  checkRanges([...pool, ...taken]);
  const sorted = taken.toSorted((a, b) => a.first - b.first);
  for (const { first, size: available } of pool) {
    const end = first + available;
    let candidate = first;
    for (const used of sorted) {
      if (used.first >= candidate + size) break;
      candidate = Math.max(candidate, used.first + used.size);
    }
    if (candidate + size <= end) return { first: candidate, size };
  }
  throw new IdmapError(
    "ERR_IDMAP_TOO_FEW_IDS",
    `cannot allocate ${size} ids: the pool has not so many in a row that are free`,
    { hint: "a larger range in /etc/subuid and /etc/subgid" },
  );
}

/** Lays ranges end to end into places inside, as far as they go. */
function fill(
  ranges: readonly IdRange[],
  places: readonly IdRange[],
): IdMapping[] {
  const mappings: IdMapping[] = [];
  const left = ranges.map((range) => ({ ...range }));
  for (const place of places) {
    let containerId = place.first;
    const end = place.first + place.size;
    while (containerId < end && left[0] !== undefined) {
      const [range] = left;
      const size = Math.min(range.size, end - containerId);
      mappings.push({ containerId, hostId: range.first, size });
      containerId += size;
      range.first += size;
      range.size -= size;
      if (range.size === 0) left.shift();
    }
  }
  return mappings;
}

function checkRanges(ranges: readonly IdRange[]): void {
  for (const { first, size } of ranges) {
    const integers = [first, size].every((n) => Number.isInteger(n) && n >= 0);
    if (integers && size > 0 && first + size - 1 <= MAX_ID) continue;
    throw new RangeError(
      `invalid range of ${size} ids from ${first}: expected ids from 0 to ${MAX_ID}`,
    );
  }
}

function checkSize(size: number): void {
  if (Number.isInteger(size) && size > 0 && size <= MAX_ID + 1) return;
  throw new RangeError(
    `invalid size '${size}': expected a number of ids from 1 to ${MAX_ID + 1}`,
  );
}
