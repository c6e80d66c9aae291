import { readFileSync } from "node:fs";
import { MountError } from "./error.ts";
import { unescapeOctal } from "./octal-escape.ts";
import { splitOptions } from "./split-options.ts";

/** A line of /proc/PID/mountinfo, with the fields' names of proc_pid_mountinfo(5). */
export interface MountInfo {
  /** May be used again after the mount is gone. */
  readonly mountId: number;
  /** Of the mount it is on, which may be out of sight. Its own for the root of the mount namespace. */
  readonly parentId: number;
  /** Of the device, as in `st_dev`. */
  readonly major: number;
  readonly minor: number;
  /** The directory of the file system that is the root of the mount: "/", a subvolume, what was bound. */
  readonly root: string;
  /** Relative to the root directory of the process. */
  readonly mountPoint: string;
  /** Of this mount: `rw`, `nosuid`, `relatime` … */
  readonly mountOptions: readonly string[];
  /** As they are: `shared:2`, `master:1`, `propagate_from:2`, `unbindable`. */
  readonly optionalFields: readonly string[];
  /** `type` or `type.subtype`. */
  readonly fsType: string;
  /** What the file system is said to come from; may be empty. */
  readonly mountSource: string;
  /** Of the file system, as it words them: `rw`, `size=64k` … */
  readonly superOptions: readonly string[];
}

/** Whether a mount is wanted. */
export type MountFilter = (mount: MountInfo) => boolean;

/**
 * Parses /proc/PID/mountinfo; see proc_pid_mountinfo(5). Only the mounts that `filter` wants are returned.
 *
 *     36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
 *     id parent  root  point options    optional - type source    super options
 *     dev ─┘
 *
 * Names that are no UTF-8 lose the bytes that are not: read the file as `latin1` to keep them.
 * @throws {MountError} `ERR_MOUNT_INFO` for a line that is not of this form.
 */
export function parseMountinfo(
  text: string,
  filter?: MountFilter,
): MountInfo[] {
  const mounts: MountInfo[] = [];
  const parser = new LineParser(text);
  const { length } = text;
  for (let start = 0; start < length;) {
    let end = text.indexOf("\n", start);
    if (end < 0) end = length;
    if (end > start) {
      const mount = parser.parse(start, end);
      if (filter === undefined || filter(mount)) mounts.push(mount);
    }
    start = end + 1;
  }
  return mounts;
}

/**
 * The mounts that a process sees, in the order of its mount namespace; default: this thread. Only those that
 * `filter` wants are returned.
 * @throws {Error} `ENOENT` if there is no such process, `EACCES` or `EINVAL` if it is not ours to look at or gone.
 */
export function readMountinfo(
  pid: number | "self" = "self",
  filter?: MountFilter,
): MountInfo[] {
  if (pid !== "self" && !(Number.isSafeInteger(pid) && pid > 0)) {
    throw new TypeError(
      `invalid pid '${pid}': expected a positive integer or 'self'`,
    );
  }
  // a thread that has unshared its mount namespace sees its own mounts, not the main thread's
  const directory = pid === "self" ? "thread-self" : pid;
  return parseMountinfo(
    readFileSync(`/proc/${directory}/mountinfo`, "utf8"),
    filter,
  );
}

const SPACE = 0x20;
const COLON = 0x3a;
const HYPHEN = 0x2d;
const ZERO = 0x30;
const NONE: readonly string[] = Object.freeze([]);

/**
 * Parses lines in place: one pass, a slice for each text field and no array of all fields. Option lists are few
 * and repeat, so each is split once.
 */
class LineParser {
  readonly #text: string;
  readonly #lists = new Map<string, readonly string[]>();
  #start = 0;
  #end = 0;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(start: number, end: number): MountInfo {
    this.#start = start;
    this.#end = end;
    this.#at = start;
    return {
      mountId: this.#number(SPACE),
      parentId: this.#number(SPACE),
      major: this.#number(COLON),
      minor: this.#number(SPACE),
      root: this.#path(),
      mountPoint: this.#path(),
      mountOptions: this.#options(this.#field()),
      optionalFields: this.#optionalFields(),
      fsType: this.#path(),
      mountSource: this.#path(),
      // to the end of the line: some file systems write spaces
      superOptions: this.#options(this.#text.slice(this.#at, end)),
    };
  }

  /** Decimal digits, and the character that ends them. */
  #number(terminator: number): number {
    const text = this.#text;
    const first = this.#at;
    let at = first;
    let value = 0;
    for (;;) {
      const digit = text.charCodeAt(at) - ZERO;
      // the comparison is false for NaN too, at the end of the text
      if (!(digit >= 0 && digit <= 9)) break;
      value = value * 10 + digit;
      at++;
    }
    if (at === first || at - first > 15 || text.charCodeAt(at) !== terminator)
      this.#fail("a number");
    this.#at = at + 1;
    return value;
  }

  /** Everything up to the next space. */
  #field(): string {
    const end = this.#text.indexOf(" ", this.#at);
    if (end < 0 || end >= this.#end) this.#fail("another field");
    const field = this.#text.slice(this.#at, end);
    this.#at = end + 1;
    return field;
  }

  #path(): string {
    return unescapeOctal(this.#field());
  }

  /** Zero or more fields, and the hyphen that ends them. */
  #optionalFields(): readonly string[] {
    const text = this.#text;
    let fields: string[] | undefined;
    while (
      text.charCodeAt(this.#at) !== HYPHEN ||
      text.charCodeAt(this.#at + 1) !== SPACE
    )
      (fields ??= []).push(this.#field());
    this.#at += 2;
    return fields ?? NONE;
  }

  #options(list: string): readonly string[] {
    let options = this.#lists.get(list);
    if (options === undefined) {
      // split first: an escaped comma is part of an option
      options = Object.freeze(
        splitOptions(list, { backslashes: false }).map(unescapeOctal),
      );
      this.#lists.set(list, options);
    }
    return options;
  }

  #fail(expected: string): never {
    const line = this.#text.slice(this.#start, this.#end);
    const column = this.#at - this.#start + 1;
    throw new MountError(
      "ERR_MOUNT_INFO",
      `invalid line of mountinfo '${line}': expected ${expected} at column ${column}`,
    );
  }
}
