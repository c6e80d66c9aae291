import { closeSync, fstatSync, readSync } from "node:fs";
import {
  AtFlags,
  invoke,
  openat,
  openat2,
  OpenFlags,
  ResolveFlags,
  SyscallError,
} from "@ns/syscalls";
import { MiniboxError } from "../error.ts";
import type { User } from "../plan/ids.ts";

/** The user database of a root file system: the texts of its /etc/passwd and /etc/group. */
export interface UserDatabase {
  readonly passwd: string;
  readonly group: string;
}

/** A line of passwd(5). */
export interface PasswdEntry {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

/** 2^32-1 is "no id" to the kernel; see chown(2). */
const MAX_ID = 0xfffffffe;

/**
 * Resolves `user[:group]`: each a number, or a name in the database. Anything else is an error, and never root
 * (CVE-2026-30892). With a user alone the group is the user's own, and its other groups come along.
 */
export function resolveUser(spec: string, database: UserDatabase): User {
  const [userPart = "", groupPart, ...rest] = spec.split(":");
  if (userPart === "" || groupPart === "" || rest.length > 0)
    throw invalid(spec);
  const users = parsePasswd(database.passwd);
  const number = parseId(userPart);
  const entry = users.find((user) =>
    number === undefined ? user.name === userPart : user.uid === number,
  );
  const uid = number ?? entry?.uid;
  if (uid === undefined) throw unknown("user", userPart, "/etc/passwd");
  const groups = parseGroup(database.group);
  if (groupPart !== undefined) {
    const gid =
      parseId(groupPart) ?? groups.find(({ name }) => name === groupPart)?.gid;
    if (gid === undefined) throw unknown("group", groupPart, "/etc/group");
    return { uid, gid, groups: [] };
  }
  const gid = entry?.gid ?? 0;
  const others = groups.filter(
    (group) => entry !== undefined && group.members.includes(entry.name),
  );
  return {
    uid,
    gid,
    groups: others.map((group) => group.gid).filter((id) => id !== gid),
  };
}

/** The home directory of a user, as its /etc/passwd says. */
export function homeOf(uid: number, database: UserDatabase): string {
  return (
    parsePasswd(database.passwd).find((user) => user.uid === uid)?.home ?? "/"
  );
}

/** Parses passwd(5). Lines that are not of its form are passed over. */
export function parsePasswd(text: string): PasswdEntry[] {
  return text.split("\n").flatMap((line) => {
    const [name = "", , uid = "", gid = "", , home = "/"] = line.split(":");
    const ids = [parseId(uid), parseId(gid)] as const;
    if (name === "" || ids[0] === undefined || ids[1] === undefined) return [];
    return { name, uid: ids[0], gid: ids[1], home: home === "" ? "/" : home };
  });
}

/** Parses group(5). */
export function parseGroup(
  text: string,
): { name: string; gid: number; members: string[] }[] {
  return text.split("\n").flatMap((line) => {
    const [name = "", , gid = "", members = ""] = line.split(":");
    const id = parseId(gid);
    return name === "" || id === undefined
      ? []
      : { name, gid: id, members: members.split(",") };
  });
}

function parseId(text: string): number | undefined {
  if (!/^\d{1,10}$/.test(text)) return undefined;
  const id = Number(text);
  return id <= MAX_ID ? id : undefined;
}

function invalid(spec: string): MiniboxError {
  return new MiniboxError(
    "ERR_INVALID_OPTION",
    `invalid user '${spec}': expected USER or USER:GROUP, by name or number`,
  );
}

function unknown(kind: string, name: string, file: string): MiniboxError {
  return new MiniboxError(
    "ERR_UNKNOWN_USER",
    `unknown ${kind} '${name}': not in ${file} of the root file system`,
    {
      hint: `a number from 0 to ${MAX_ID} needs no entry there`,
    },
  );
}

/** What is read of a user database at the most: an image may have put anything there (CVE-2026-47262). */
const MAX_BYTES = 1 << 20;

/** Reads the user database of the root at `rootfs`, without being led out of it. */
export function readUserDatabase(rootfs: string): UserDatabase {
  const root = invoke(
    openat(
      AtFlags.FDCWD,
      rootfs,
      OpenFlags.PATH | OpenFlags.DIRECTORY | OpenFlags.CLOEXEC,
    ),
  );
  try {
    return {
      passwd: readInRoot(root, "etc/passwd"),
      group: readInRoot(root, "etc/group"),
    };
  } finally {
    closeSync(root);
  }
}

/** A regular file's text, or none if there is no such file. */
function readInRoot(root: number, path: string): string {
  const fd = openInRoot(root, path);
  if (fd === undefined) return "";
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile()) return "";
    const bytes = Buffer.alloc(Math.min(stats.size, MAX_BYTES));
    return bytes.toString("utf8", 0, readSync(fd, bytes));
  } finally {
    closeSync(fd);
  }
}

function openInRoot(root: number, path: string): number | undefined {
  // Non-blocking, so that a FIFO does not make us wait.
  const flags =
    OpenFlags.RDONLY |
    OpenFlags.NONBLOCK |
    OpenFlags.NOCTTY |
    OpenFlags.CLOEXEC;
  const resolve = ResolveFlags.IN_ROOT | ResolveFlags.NO_MAGICLINKS;
  try {
    return invoke(openat2(root, path, { flags, resolve }));
  } catch (error) {
    if (
      error instanceof SyscallError &&
      ["ENOENT", "ENOTDIR", "ELOOP", "EACCES"].includes(error.code)
    )
      return undefined;
    throw error;
  }
}
