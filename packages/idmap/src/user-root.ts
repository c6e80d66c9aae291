import { closeSync } from "node:fs";
import { AtFlags, type Fd, invoke, openat, OpenFlags } from "@ns/syscalls";
import { readRootFile } from "./internal/root-file.ts";
import type { UserDatabase } from "./user-database.ts";
import { homeOf, resolveUser, type User } from "./user-spec.ts";

/** A root directory: its path, or a descriptor of it, which stays the caller's. */
export type Root = string | number;

/**
 * Reads the user database of a root: its /etc/passwd and /etc/group, without being led out of it, and at most 1 MiB
 * of each. A file that is not there is an empty one.
 * @throws {IdmapError} `ERR_IDMAP_DATABASE` for what is no regular file, or larger.
 * @throws {SyscallError} `EACCES`, `ELOOP` and what else openat2(2) says.
 */
export function readUserDatabase(root: Root): UserDatabase {
  using directory = openRoot(root);
  return {
    passwd: readRootFile(directory.fd, "etc/passwd"),
    group: readRootFile(directory.fd, "etc/group"),
  };
}

/**
 * The home directory of a user as /etc/passwd of a root has it, else `/`; see {@link readUserDatabase}.
 * @throws {IdmapError} `ERR_IDMAP_DATABASE`
 */
export function homeIn(root: Root, uid: number): string {
  using directory = openRoot(root);
  const passwd = readRootFile(directory.fd, "etc/passwd");
  return passwd === "" ? "/" : homeOf(uid, { passwd, group: "" });
}

/**
 * Resolves `user[:group]` as the files of a root say, reading only those that are needed; see {@link resolveUser} and
 * {@link readUserDatabase}.
 * @throws {IdmapError} `ERR_IDMAP_INVALID_USER` before anything is read; `ERR_IDMAP_UNKNOWN_USER`;
 *   `ERR_IDMAP_DATABASE`.
 */
export function resolveUserIn(root: Root, spec: string): User {
  using directory = openRoot(root);
  return resolveUser(spec, {
    get passwd() {
      return readRootFile(directory.fd, "etc/passwd");
    },
    get group() {
      return readRootFile(directory.fd, "etc/group");
    },
  });
}

function openRoot(root: Root): Disposable & { readonly fd: Fd } {
  if (typeof root === "number")
    return { fd: root, [Symbol.dispose]: () => undefined };
  const flags = OpenFlags.PATH | OpenFlags.DIRECTORY | OpenFlags.CLOEXEC;
  const fd = invoke(openat(AtFlags.FDCWD, root, flags));
  return {
    fd,
    [Symbol.dispose]: () => {
      closeSync(fd);
    },
  };
}
