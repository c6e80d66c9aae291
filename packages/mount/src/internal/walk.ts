import { closeSync, fstatSync } from "node:fs";
import {
  type ErrnoName,
  errnoNumber,
  FilesystemMagic,
  fstatfs,
  invoke,
  mkdirat,
  openat,
  OpenFlags,
  parseStatfs,
  readlinkat,
  STATFS_SIZE,
  SyscallError,
} from "@ns/syscalls";

/** How a path is walked. */
export interface WalkOptions {
  /** Symbolic links on the way: followed inside the root, or `ELOOP`. */
  readonly symlinks: "follow" | "refuse";
  /** Whether a symbolic link at the end is followed, too. */
  readonly followLast: boolean;
  /** Directories that are missing are made, with these permissions: on the way, or all of them. */
  readonly make?: { readonly mode: number; readonly last: boolean };
}

/** What a walk leads to. */
export interface WalkEnd {
  /** Where `name` is looked up. */
  readonly directory: number;
  /** "." for the directory itself. */
  readonly name: string;
  /** What was found (`O_PATH`), open during the call; undefined if there is nothing. */
  readonly found: number | undefined;
}

/** As the kernel's MAXSYMLINKS: include/linux/namei.h. */
const MAX_LINKS = 40;
/** How often a component may turn out to be something else than it was a moment ago. */
const MAX_RETRIES = 1000;
const PATH_MAX = 4096;
/** The root directory of a procfs: include/linux/proc_fs.h (`PROC_ROOT_INO`). */
const PROC_ROOT_INODE = 1n;

const { PATH, NOFOLLOW, CLOEXEC } = OpenFlags;

/**
 * Walks a path with `root` for its root directory, as openat2(2) does with `RESOLVE_IN_ROOT`, without it. One component
 * at a time is opened in the directory that the one before it was opened as, without following it: what is there
 * is looked at by its descriptor, so that nothing can be exchanged in between.
 *
 * - A symbolic link is read by its descriptor, and its text walked in its place. An absolute one starts at the root.
 * - `..` goes back to the directory we came from, which we hold: it is never asked of the kernel, since a directory
 *   may be moved out of the root while we stand in it.
 * - Magic links of procfs are refused. Only their text would be followed, never where they jump to, but that text
 *   is of the host.
 * @throws {SyscallError} as openat2, with the whole path.
 */
export class Walk<T> implements Disposable {
  readonly #root: number;
  readonly #path: string;
  readonly #options: WalkOptions;
  readonly #end: (end: WalkEnd) => T;
  /** The directories below the root that we stand in, each opened in the one before. */
  readonly #trail: number[] = [];
  /** What is yet to be walked, the next component last. */
  readonly #pending: string[];
  #links = 0;
  #retries = 0;

  constructor(
    root: number,
    path: string,
    options: WalkOptions,
    end: (end: WalkEnd) => T,
  ) {
    this.#root = root;
    this.#path = path;
    this.#options = options;
    this.#end = end;
    this.#pending = components(path);
  }

  /** Where we stand. */
  get #here(): number {
    return this.#trail.at(-1) ?? this.#root;
  }

  run(): T {
    if (this.#path === "") throw this.#failure("ENOENT");
    for (;;) {
      const name = this.#pending.pop();
      if (name === undefined) {
        const directory = this.#here;
        return this.#end({ directory, name: ".", found: directory });
      }
      const result = this.#take(name);
      if (result === ENTERED) continue;
      if (result !== CHANGED) return result.value;
      if (++this.#retries > MAX_RETRIES) throw this.#failure("EAGAIN");
      this.#pending.push(name);
    }
  }

  /** Takes one component: into a directory, along a link, or to the end. */
  #take(name: string): Taken<T> {
    if (name === ".") return ENTERED;
    if (name === "..") {
      const left = this.#trail.pop();
      if (left !== undefined) closeSync(left);
      return ENTERED;
    }
    const isLast = this.#pending.length === 0;
    const fd = this.#open(name);
    if (typeof fd !== "number") {
      if (fd.code !== "ENOENT") throw this.#named(fd);
      return this.#missing(name, isLast, fd);
    }
    let keep = false;
    try {
      const stat = fstatSync(fd);
      if (stat.isSymbolicLink() && (!isLast || this.#options.followLast)) {
        this.#follow(fd);
        return ENTERED;
      }
      if (isLast) return this.#attemptEnd(name, fd);
      if (!stat.isDirectory()) throw this.#failure("ENOTDIR");
      this.#trail.push(fd);
      this.#retries = 0;
      keep = true;
      return ENTERED;
    } finally {
      if (!keep) closeSync(fd);
    }
  }

  /** Does what is to be done at the end, unless a link has come there meanwhile. */
  #attemptEnd(name: string, found: number | undefined): Taken<T> {
    try {
      return { value: this.#end({ directory: this.#here, name, found }) };
    } catch (error) {
      // opened without following: that is what a link says to it
      const mayBeLink = isCode(error, "ELOOP", "ENOTDIR");
      if (mayBeLink && this.#options.followLast && this.#isLink(name))
        return CHANGED;
      throw this.#named(error);
    }
  }

  #isLink(name: string): boolean {
    const fd = this.#open(name);
    if (typeof fd !== "number") return false;
    try {
      return fstatSync(fd).isSymbolicLink();
    } finally {
      closeSync(fd);
    }
  }

  #open(name: string): number | SyscallError {
    try {
      return invoke(openat(this.#here, name, PATH | NOFOLLOW | CLOEXEC));
    } catch (error) {
      if (error instanceof SyscallError) return error;
      throw error;
    }
  }

  #missing(name: string, isLast: boolean, error: SyscallError): Taken<T> {
    const { make } = this.#options;
    if (make === undefined || (isLast && !make.last)) {
      // the end may be where something is to be made
      if (isLast) return this.#attemptEnd(name, undefined);
      throw this.#named(error);
    }
    try {
      invoke(mkdirat(this.#here, name, make.mode));
    } catch (failed) {
      // EEXIST: somebody else was faster
      if (!isCode(failed, "EEXIST")) throw this.#named(failed);
    }
    return CHANGED;
  }

  #follow(link: number): void {
    if (this.#options.symlinks === "refuse" || ++this.#links > MAX_LINKS)
      throw this.#failure("ELOOP");
    this.#refuseMagic(link);
    const buffer = Buffer.alloc(PATH_MAX);
    const length = invoke(readlinkat(link, "", buffer));
    const target = buffer.toString("utf8", 0, length);
    // as with `open("")`; no file system makes such a link, but a broken one may have it
    if (target === "") throw this.#failure("ENOENT");
    if (target.startsWith("/")) this.#closeTrail();
    this.#pending.push(...components(target));
  }

  /** Of procfs, only links in its root directory (`self`, `mounts` …) are names and nothing else. */
  #refuseMagic(link: number): void {
    const buffer = new Uint8Array(STATFS_SIZE);
    invoke(fstatfs(link, buffer));
    if (parseStatfs(buffer).type !== FilesystemMagic.PROC) return;
    if (fstatSync(this.#here, { bigint: true }).ino !== PROC_ROOT_INODE)
      throw this.#failure("ELOOP");
  }

  #closeTrail(): void {
    for (const fd of this.#trail.splice(0)) closeSync(fd);
  }

  #failure(code: ErrnoName): SyscallError {
    return new SyscallError({
      errno: errnoNumber(code),
      syscall: "openat",
      path: this.#path,
    });
  }

  /** The error of one component, told of the whole path. */
  #named(error: unknown): unknown {
    if (!(error instanceof SyscallError)) return error;
    const { errno, syscall } = error;
    return new SyscallError(
      { errno, syscall, path: this.#path },
      { cause: error },
    );
  }

  [Symbol.dispose](): void {
    this.#closeTrail();
  }
}

const ENTERED = Symbol("entered");
const CHANGED = Symbol("changed");

/** We are one component further, have to look at it again, or are there. */
type Taken<T> = typeof ENTERED | typeof CHANGED | { readonly value: T };

function isCode(error: unknown, ...codes: readonly ErrnoName[]): boolean {
  return error instanceof SyscallError && codes.includes(error.code);
}

/** The next component last. A slash at the end asks for a directory, as "." does. */
function components(path: string): string[] {
  const names = path.split("/").filter((name) => name !== "");
  if (path.endsWith("/")) names.push(".");
  return names.reverse();
}
