import { IdmapError } from "./error.ts";

declare const side: unique symbol;

/** A user or group id outside of a user namespace: in its parent, where the map is written. */
export type HostId = number & { readonly [side]: "host" };

/** A user or group id inside of a user namespace. */
export type ContainerId = number & { readonly [side]: "container" };

/** The highest id: 2^32-1 means "no id" to the kernel; see chown(2), setresuid(2). */
export const MAX_ID = 0xfffffffe;

/** What an id without a mapping is shown as, unless /proc/sys/kernel/overflowuid says otherwise. */
export const OVERFLOW_ID = 65534;

/**
 * Marks a number as an id outside.
 * @throws {RangeError} unless it is an integer from 0 to 4294967294.
 */
export function hostId(id: number): HostId {
  if (isHostId(id)) return id;
  throw outOfRange(id);
}

/**
 * Marks a number as an id inside.
 * @throws {RangeError} unless it is an integer from 0 to 4294967294.
 */
export function containerId(id: number): ContainerId {
  if (isContainerId(id)) return id;
  throw outOfRange(id);
}

/**
 * Parses an id: decimal digits and nothing else, without leading zeros, from 0 to 4294967294.
 * @throws {IdmapError} `ERR_IDMAP_INVALID_ID` for any other text: an id is never guessed (CVE-2026-30892).
 */
export function parseId(text: string): number {
  const id = idIn(text);
  if (id !== undefined) return id;
  throw new IdmapError(
    "ERR_IDMAP_INVALID_ID",
    `invalid id ${JSON.stringify(text)}: expected a decimal number from 0 to ${MAX_ID}`,
  );
}

/** The id that a text is, or undefined: for a file with many lines, where an error for each would be costly. */
export function idIn(text: string): number | undefined {
  if (!/^(?:0|[1-9]\d{0,9})$/.test(text)) return undefined;
  const id = Number(text);
  return id <= MAX_ID ? id : undefined;
}

function isHostId(id: number): id is HostId {
  return isInRange(id);
}

function isContainerId(id: number): id is ContainerId {
  return isInRange(id);
}

function isInRange(id: number): boolean {
  return Number.isInteger(id) && id >= 0 && id <= MAX_ID;
}

function outOfRange(id: number): RangeError {
  return new RangeError(
    `invalid id '${String(id)}': expected an integer from 0 to ${MAX_ID}`,
  );
}
