import { int } from "../param.ts";
import { ints, output } from "../pointer.ts";
import { define, type Syscall } from "../syscall.ts";

const UNCHANGED = -1;

const sysGetuid = define("getuid", { x64: 102, arm64: 174 }, () => []);

/** The result is the real user id; see getuid(2). */
export function getuid(): Syscall {
  return sysGetuid();
}

const sysGeteuid = define("geteuid", { x64: 107, arm64: 175 }, () => [], {
  man: "getuid(2)",
});

/** The result is the effective user id; see getuid(2). */
export function geteuid(): Syscall {
  return sysGeteuid();
}

const sysGetgid = define("getgid", { x64: 104, arm64: 176 }, () => []);

/** The result is the real group id; see getgid(2). */
export function getgid(): Syscall {
  return sysGetgid();
}

const sysGetegid = define("getegid", { x64: 108, arm64: 177 }, () => [], {
  man: "getgid(2)",
});

/** The result is the effective group id; see getgid(2). */
export function getegid(): Syscall {
  return sysGetegid();
}

const sysSetuid = define("setuid", { x64: 105, arm64: 146 }, () => [
  int("uid"),
]);

/** Sets the effective user id, and with CAP_SETUID the real and saved ones too; see setuid(2). This thread only. */
export function setuid(uid: number): Syscall {
  return sysSetuid(uid);
}

const sysSetgid = define("setgid", { x64: 106, arm64: 144 }, () => [
  int("gid"),
]);

/** Sets the effective group id, and with CAP_SETGID the real and saved ones too; see setgid(2). This thread only. */
export function setgid(gid: number): Syscall {
  return sysSetgid(gid);
}

const sysSetresuid = define("setresuid", { x64: 117, arm64: 147 }, () => [
  int("ruid"),
  int("euid"),
  int("suid"),
]);

/**
 * Sets the real, effective and saved user ids; -1 leaves one as it is; see setresuid(2). This thread only.
 * Capabilities go when all of them become non-zero.
 * @throws {SyscallError} `EINVAL` for an id that the user namespace does not map.
 */
export function setresuid(
  real: number,
  effective: number = UNCHANGED,
  saved: number = UNCHANGED,
): Syscall {
  return sysSetresuid(real, effective, saved);
}

const sysSetresgid = define(
  "setresgid",
  { x64: 119, arm64: 149 },
  () => [int("rgid"), int("egid"), int("sgid")],
  {
    man: "setresuid(2)",
  },
);

/** Sets the real, effective and saved group ids; -1 leaves one as it is; see setresuid(2). This thread only. */
export function setresgid(
  real: number,
  effective: number = UNCHANGED,
  saved: number = UNCHANGED,
): Syscall {
  return sysSetresgid(real, effective, saved);
}

const IDS = [
  output("real", 4),
  output("effective", 4),
  output("saved", 4),
] as const;

const sysGetresuid = define("getresuid", { x64: 118, arm64: 148 }, IDS);

/** Puts the real, effective and saved user ids in the first element of each array; see getresuid(2). */
export function getresuid(
  real: Uint32Array,
  effective: Uint32Array,
  saved: Uint32Array,
): Syscall {
  return sysGetresuid(real, effective, saved);
}

const sysGetresgid = define("getresgid", { x64: 120, arm64: 150 }, IDS, {
  man: "getresuid(2)",
});

/** Puts the real, effective and saved group ids in the first element of each array; see getresuid(2). */
export function getresgid(
  real: Uint32Array,
  effective: Uint32Array,
  saved: Uint32Array,
): Syscall {
  return sysGetresgid(real, effective, saved);
}

const sysSetgroups = define("setgroups", { x64: 116, arm64: 159 }, () => [
  int("size"),
  ints("list"),
]);

/**
 * Sets the supplementary groups; see setgroups(2). This thread only.
 * @throws {SyscallError} `EPERM` in a user namespace before its gid_map is written, or if it denies setgroups.
 */
export function setgroups(gids: readonly number[]): Syscall {
  return sysSetgroups(gids.length, gids);
}

const sysGetgroups = define("getgroups", { x64: 115, arm64: 158 }, () => [
  int("size"),
  output("list"),
]);

/** Puts the supplementary groups in `list`; the result is how many there are, also without `list`; see getgroups(2). */
export function getgroups(list: Uint32Array | null): Syscall {
  return sysGetgroups(list?.length ?? 0, list);
}

const sysSetfsuid = define("setfsuid", { x64: 122, arm64: 151 }, () => [
  int("fsuid"),
]);

/** Sets the user id for file access; the result is the one before, even on failure; see setfsuid(2). This thread only. */
export function setfsuid(uid: number): Syscall {
  return sysSetfsuid(uid);
}

const sysSetfsgid = define("setfsgid", { x64: 123, arm64: 152 }, () => [
  int("fsgid"),
]);

/** Sets the group id for file access; the result is the one before, even on failure; see setfsgid(2). This thread only. */
export function setfsgid(gid: number): Syscall {
  return sysSetfsgid(gid);
}
