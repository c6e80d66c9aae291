import {
  type Filesystem,
  type Parameter,
  withParameters,
} from "./filesystem.ts";

/** Options of {@link tmpfs}; see tmpfs(5). */
export interface TmpfsOptions {
  /** Bytes, or a share of memory as `"50%"`. Default: half of the memory; 0 is no limit. */
  readonly size?: number | `${number}%`;
  /** How many files and directories. Default: one for every two pages of memory; 0 is no limit. */
  readonly inodes?: number;
  /** Permissions of its root directory. Default 0o1777. */
  readonly mode?: number;
  /** Owner of its root directory, as the user namespace we are in numbers it. Default: ours. */
  readonly uid?: number;
  /** Group of its root directory. Default: ours. */
  readonly gid?: number;
  /** Never swapped out; not in a user namespace. Default false. Linux 6.4. */
  readonly noswap?: boolean;
  /** What mountinfo shows. Default `"tmpfs"`. */
  readonly source?: string;
}

/**
 * A file system in memory; see tmpfs(5).
 * @throws {RangeError} for a size, count, mode or id that is not one.
 */
export function tmpfs(options: TmpfsOptions = {}): Filesystem {
  const { size, inodes, mode, uid, gid, noswap = false } = options;
  const parameters: Parameter[] = [];
  if (size !== undefined) parameters.push(["size", sizeText(size)]);
  if (inodes !== undefined)
    parameters.push(["nr_inodes", count("inodes", inodes)]);
  if (mode !== undefined) parameters.push(["mode", octalMode("mode", mode)]);
  if (uid !== undefined) parameters.push(["uid", id("uid", uid)]);
  if (gid !== undefined) parameters.push(["gid", id("gid", gid)]);
  if (noswap) parameters.push(["noswap"]);
  return withParameters("tmpfs", options.source ?? "tmpfs", parameters);
}

function sizeText(size: number | string): string {
  if (typeof size === "number") return count("size", size);
  if (/^[0-9]{1,3}%$/.test(size)) return size;
  throw new RangeError(
    `invalid size '${size}': expected a number of bytes or a percentage`,
  );
}

function count(name: string, value: number): string {
  if (Number.isSafeInteger(value) && value >= 0) return String(value);
  throw new RangeError(
    `invalid ${name} '${value}': expected a whole number from 0 on`,
  );
}

/**
 * Permissions as text.
 * @throws {RangeError} for what is none.
 */
export function octalMode(name: string, mode: number): string {
  if (Number.isInteger(mode) && mode >= 0 && mode <= 0o7777)
    return `0${mode.toString(8)}`;
  throw new RangeError(
    `invalid ${name} '${mode}': expected permissions from 0 to 0o7777`,
  );
}

/**
 * A user or group id as text.
 * @throws {RangeError} for what is none.
 */
export function id(name: string, value: number): string {
  // 2^32 - 1 is the kernel's "no id"
  if (Number.isInteger(value) && value >= 0 && value < 0xffffffff)
    return String(value);
  throw new RangeError(
    `invalid ${name} '${value}': expected an id from 0 to 4294967294`,
  );
}
