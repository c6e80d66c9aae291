import { IdmapError } from "./error.ts";
import { type ContainerId, containerId, MAX_ID, parseId } from "./id.ts";
import {
  parseGroup,
  parsePasswd,
  type PasswdEntry,
  type UserDatabase,
} from "./user-database.ts";

/** A user, or group, as it was asked for: by number, or by a name to be looked up. */
export type Principal = { readonly id: number } | { readonly name: string };

/** `user[:group]`, taken apart. */
export interface UserSpec {
  readonly user: Principal;
  readonly group?: Principal;
}

/** Whom a command runs as. Its ids are those inside; with `groups` it is a `credential` of `@ns/spawn`. */
export interface User {
  readonly uid: ContainerId;
  readonly gid: ContainerId;
  /** Supplementary groups, without `gid`. */
  readonly groups: readonly ContainerId[];
  /** The user's entry in /etc/passwd; none if it was asked for by number and is not there, or was not looked up. */
  readonly entry?: PasswdEntry;
}

/** How many supplementary groups a process can have: NGROUPS_MAX of include/uapi/linux/limits.h. */
const NGROUPS_MAX = 65536;

/**
 * Takes `user[:group]` apart. What consists of digits, or begins with a digit or sign, has to be an id: `1000abc`,
 * `0x3e8`, `-1` and 4294967295 are errors, not names and never 0 (CVE-2026-30892, CVE-2024-40635).
 * @throws {IdmapError} `ERR_IDMAP_INVALID_USER`.
 */
export function parseUserSpec(spec: string): UserSpec {
  const [user = "", group, ...rest] = spec.split(":");
  if (rest.length > 0) throw invalid(spec);
  return {
    user: parsePrincipal(user, spec),
    ...(group !== undefined && { group: parsePrincipal(group, spec) }),
  };
}

/**
 * Resolves `user[:group]` in a user database. With a user alone, its group is that of its entry, or 0 if it is a
 * number without one, and its other groups come along; a group that is named is the only one. Of two entries the first
 * counts. Only what is needed is read: for two numbers nothing.
 * @throws {IdmapError} `ERR_IDMAP_INVALID_USER`; `ERR_IDMAP_UNKNOWN_USER` for a name that is not there.
 */
export function resolveUser(spec: string, database: UserDatabase): User {
  const { user, group } = parseUserSpec(spec);
  if (group !== undefined) {
    const entry = "id" in user ? undefined : findUser(user, database);
    const uid = containerId("id" in user ? user.id : idOf(user, entry));
    const gid = containerId(findGroup(group, database));
    return { uid, gid, groups: [], ...(entry && { entry }) };
  }
  const entry = findUser(user, database);
  const uid = containerId("id" in user ? user.id : idOf(user, entry));
  if (entry === undefined) return { uid, gid: containerId(0), groups: [] };
  const gid = containerId(entry.gid);
  return { uid, gid, groups: otherGroups(entry, database), entry };
}

/** The home directory of a user as /etc/passwd has it, else `/`. */
export function homeOf(uid: number, database: UserDatabase): string {
  return findUser({ id: uid }, database)?.home ?? "/";
}

function findUser(
  user: Principal,
  { passwd }: UserDatabase,
): PasswdEntry | undefined {
  return parsePasswd(passwd).find((entry) =>
    "id" in user ? entry.uid === user.id : entry.name === user.name,
  );
}

function idOf(user: { readonly name: string }, entry?: PasswdEntry): number {
  if (entry !== undefined) return entry.uid;
  throw unknown("user", user.name, "/etc/passwd");
}

function findGroup(group: Principal, database: UserDatabase): number {
  if ("id" in group) return group.id;
  const entry = parseGroup(database.group).find(
    ({ name }) => name === group.name,
  );
  if (entry !== undefined) return entry.gid;
  throw unknown("group", group.name, "/etc/group");
}

function otherGroups(
  { name, gid }: PasswdEntry,
  database: UserDatabase,
): ContainerId[] {
  const ids = parseGroup(database.group)
    .filter((group) => group.gid !== gid && group.members.includes(name))
    .map((group) => group.gid);
  const groups = [...new Set(ids)];
  if (groups.length <= NGROUPS_MAX) return groups.map(containerId);
  throw new IdmapError(
    "ERR_IDMAP_DATABASE",
    `cannot run as '${name}': it is in ${groups.length} groups of /etc/group, and ${NGROUPS_MAX} are possible`,
  );
}

/** What no name has: a digit, sign or space in front, a space behind, control characters anywhere. */
const NAME = /^(?![\d+\-\s])[^\p{Cc}]*\S$/u;

function parsePrincipal(text: string, spec: string): Principal {
  if (/^\d/.test(text)) {
    try {
      return { id: parseId(text) };
    } catch (cause) {
      throw invalid(spec, { cause });
    }
  }
  if (NAME.test(text)) return { name: text };
  throw invalid(spec);
}

function invalid(spec: string, options?: ErrorOptions): IdmapError {
  return new IdmapError(
    "ERR_IDMAP_INVALID_USER",
    `invalid user ${JSON.stringify(spec)}: expected USER or USER:GROUP, each a name or a number from 0 to ${MAX_ID}`,
    options,
  );
}

function unknown(kind: string, name: string, file: string): IdmapError {
  return new IdmapError(
    "ERR_IDMAP_UNKNOWN_USER",
    `unknown ${kind} '${name}': not in ${file} of the root`,
    { hint: `a number from 0 to ${MAX_ID} needs no entry there` },
  );
}
