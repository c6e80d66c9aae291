import {
  accessSync,
  constants,
  lstatSync,
  readdirSync,
  readlinkSync,
  type Stats,
} from "node:fs";
import { basename, join } from "node:path";
import type { IdRange } from "@ns/idmap";
import { type MountInfo, readMountinfo } from "@ns/mount";
import { Capabilities } from "@ns/syscalls";
import { grantedIds } from "./granted-ids.ts";
import { hasCapability, isInitialUserNamespace } from "./privileges.ts";

/** What a directory holds, as lstat(2) tells. */
export interface Entry {
  readonly name: string;
  readonly type: "directory" | "file" | "symlink" | "other";
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Of a symbolic link. */
  readonly target?: string;
}

/** What a plan depends on of the machine it is for. */
export interface Host {
  readonly euid: number;
  readonly egid: number;
  /** Root of the machine, with CAP_SYS_ADMIN. Root of a user namespace is an ordinary user to the mounts of others. */
  readonly privileged: boolean;
  /** Undefined if it was removed. */
  readonly cwd: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly mounts: readonly MountInfo[];
  /** Ids that newuidmap(1) and newgidmap(1) would grant; none where they are not installed. */
  readonly subordinateIds: {
    readonly uids: readonly IdRange[];
    readonly gids: readonly IdRange[];
  };
  /** The entries of a directory; none if it may not be read. */
  list(directory: string): readonly Entry[];
  /** What is at a path; undefined if there is nothing. */
  stat(path: string): Entry | undefined;
  /** Whether the contents of a directory may be seen. */
  canEnter(directory: string): boolean;
}

/** This machine. Each fact is read when it is first asked for. */
export function thisHost(): Host {
  const lazy = <T>(read: () => T): (() => T) => {
    let value: { readonly it: T } | undefined;
    return () => (value ??= { it: read() }).it;
  };
  const euid = process.geteuid?.() ?? 0;
  const mounts = lazy(() => readMountinfo());
  const subordinateIds = lazy(() => grantedIds(euid));
  const privileged = lazy(
    () =>
      euid === 0 &&
      hasCapability(Capabilities.SYS_ADMIN) &&
      isInitialUserNamespace(),
  );
  return {
    euid,
    egid: process.getegid?.() ?? 0,
    cwd: currentDirectory(),
    env: process.env,
    get privileged() {
      return privileged();
    },
    get mounts() {
      return mounts();
    },
    get subordinateIds() {
      return subordinateIds();
    },
    list,
    stat: describeEntry,
    canEnter,
  };
}

function currentDirectory(): string | undefined {
  try {
    return process.cwd();
  } catch {
    // ENOENT: somebody has removed it.
    return undefined;
  }
}

function canEnter(directory: string): boolean {
  try {
    accessSync(directory, constants.R_OK | constants.X_OK);
    return true;
  } catch {
    // EACCES, or it is gone: either way there is nothing to show.
    return false;
  }
}

function list(directory: string): Entry[] {
  if (!canEnter(directory)) return [];
  return readdirSync(directory).flatMap(
    (name) => describeEntry(join(directory, name)) ?? [],
  );
}

/** What is at a path, without following a last link; nothing where we may not look. */
export function describeEntry(path: string): Entry | undefined {
  try {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    return stats === undefined
      ? undefined
      : describe(basename(path), path, stats);
  } catch (error) {
    // the working directory may be below one that may not be searched
    if ((error as NodeJS.ErrnoException).code === "EACCES") return undefined;
    throw error;
  }
}

function describe(name: string, path: string, stats: Stats): Entry {
  const { uid, gid } = stats;
  const facts = { name, mode: stats.mode & 0o7777, uid, gid };
  if (stats.isSymbolicLink())
    return { ...facts, type: "symlink", target: readlinkSync(path) };
  if (stats.isDirectory()) return { ...facts, type: "directory" };
  return { ...facts, type: stats.isFile() ? "file" : "other" };
}
