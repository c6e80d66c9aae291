import { unlinkSync } from "node:fs";
import {
  AtFlags,
  close,
  inherited,
  invokeAll,
  moveMount,
  MoveMountFlags,
  openat,
  OpenFlags,
  openTree,
  OpenTreeFlags,
  register,
  step,
  type Step,
  SyscallError,
} from "@ns/syscalls";
import { NamespaceError } from "./error.ts";
import { sameNamespace } from "./identity.ts";
import type { Namespace } from "./namespace.ts";
import { readNamespaces } from "./process-namespaces.ts";

/**
 * Binds a namespace to a new file, so that it stays without any process: what `ip netns add` and
 * `unshare --net=FILE` do. It is found there by openNamespace, by `nsenter --net=FILE`, and, in
 * /run/netns, by `ip netns exec`. Needs CAP_SYS_ADMIN in the user namespace of this mount namespace. Linux 5.2.
 *
 * A mount namespace can be kept only by a mount in an older one, where no mount is propagated on: its file has to
 * be in a directory like `makePersistDirectory(directory, { propagation: "private" })` makes. Linux 6.18 takes its
 * age from an id that ascends on each CPU only, so outside of the first mount namespace it may refuse a newer one.
 * @throws {NamespaceError} `ERR_NAMESPACE_PATH_EXISTS`; for a mount namespace `ERR_NAMESPACE_LOOP`,
 *   `ERR_NAMESPACE_PROPAGATES`. Nothing is left at the path then.
 * @throws {SyscallError} `EPERM` without the capability, `ENOENT` if there is no such directory.
 */
export function persistNamespace(namespace: Namespace, path: string): void {
  const steps = persistSteps(namespace, path);
  if (isOwnMountNamespace(namespace)) throw loop(namespace, path);
  try {
    invokeAll(steps);
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
    // the first step makes the file: from then on it is ours to remove
    if (error.step?.index !== 1) unlinkSync(path);
    throw explain(error, namespace, path);
  }
}

/**
 * The same as steps; if one fails after the first, the file it made is there still. The namespace's descriptor
 * is this process's, to be open until then.
 * @throws {TypeError} if the path is empty.
 */
export function persistSteps(namespace: Namespace, path: string): Step[] {
  checkPath(path);
  const name = String(namespace);
  const file = register("file");
  const mount = register("mount");
  const { CREAT, EXCL, RDONLY, CLOEXEC } = OpenFlags;
  const clone = OpenTreeFlags.CLONE | OpenTreeFlags.EMPTY_PATH;
  const byDescriptor =
    MoveMountFlags.F_EMPTY_PATH | MoveMountFlags.T_EMPTY_PATH;
  return [
    // no permissions, as ip netns makes it: there is nothing to be read in it when nothing is bound to it
    step(openat(AtFlags.FDCWD, path, RDONLY | CREAT | EXCL | CLOEXEC, 0), {
      into: file,
      why: `a file to bind ${name} to`,
    }),
    step(
      openTree(
        inherited(namespace.fd, name),
        "",
        clone | OpenTreeFlags.CLOEXEC,
      ),
      { into: mount, why: `a mount of ${name}` },
    ),
    step(moveMount(mount, "", file, "", byDescriptor), {
      why: `bind ${name} to '${path}'`,
    }),
    close(mount),
    close(file),
  ];
}

/**
 * Checks that it can be a path.
 * @throws {TypeError} if not.
 */
export function checkPath(path: string): void {
  if (typeof path !== "string" || path === "")
    throw new TypeError("invalid path: expected a string that is not empty");
}

function isOwnMountNamespace(namespace: Namespace): boolean {
  const { mnt } = readNamespaces();
  return mnt !== undefined && sameNamespace(namespace, mnt);
}

function loop(
  namespace: Namespace,
  path: string,
  options?: ErrorOptions,
): NamespaceError {
  return new NamespaceError(
    "ERR_NAMESPACE_LOOP",
    `cannot bind '${String(namespace)}' to '${path}': a mount namespace is kept only by a mount in one that is older`,
    {
      ...options,
      hint: "bind it in the mount namespace of the process that made it; Linux 6.18 takes for older what has the lower id, and those made on another CPU may have any: outside of the first mount namespace, make it again on the same CPU",
    },
  );
}

function explain(
  error: SyscallError,
  namespace: Namespace,
  path: string,
): Error {
  if (error.code === "EEXIST")
    return new NamespaceError(
      "ERR_NAMESPACE_PATH_EXISTS",
      `cannot bind '${String(namespace)}' to '${path}': it exists`,
      {
        cause: error,
        hint: "unpersistNamespace(path) removes a namespace that is bound there, or an empty file that is left of one",
      },
    );
  if (namespace.kind !== "mnt" || error.syscall !== "move_mount") return error;
  if (error.code === "ELOOP") return loop(namespace, path, { cause: error });
  if (error.code !== "EINVAL") return error;
  return new NamespaceError(
    "ERR_NAMESPACE_PROPAGATES",
    `cannot bind '${String(namespace)}' to '${path}': the mount there is shared with other mount namespaces`,
    {
      cause: error,
      hint: 'makePersistDirectory(directory, { propagation: "private" }) makes a directory where it is not',
    },
  );
}
