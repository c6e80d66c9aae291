import { lstatSync } from "node:fs";
import {
  AtFlags,
  close,
  invoke,
  invokeAll,
  openat,
  OpenFlags,
  type Step,
  step,
  umount2,
  UmountFlags,
  unlinkat,
} from "@ns/syscalls";
import { NamespaceError } from "./error.ts";
import { isOnNsfs } from "./namespace.ts";
import { checkPath } from "./persist.ts";

/**
 * Unbinds the namespace from a file and removes that: what `ip netns delete` does. The namespace ends when
 * nothing else holds it. Copies of the mount in other mount namespaces go with the file (Linux 3.18). Also
 * removes what is left when the mount is gone already: an empty file without permissions.
 * @throws {NamespaceError} `ERR_NAMESPACE_NOT_PERSISTED` if there is anything else; it stays as it is.
 * @throws {SyscallError} `ENOENT`; `EPERM` without CAP_SYS_ADMIN in the user namespace of this mount namespace.
 */
export function unpersistNamespace(path: string): void {
  checkPath(path);
  if (!isBound(path) && !isLeftOver(path))
    throw new NamespaceError(
      "ERR_NAMESPACE_NOT_PERSISTED",
      `cannot remove '${path}': no namespace is bound to it`,
    );
  // several can be bound to the same file, one over the other
  while (isBound(path)) invoke(unbind(path));
  invokeAll([remove(path)]);
}

/** The same as steps, which do not look first: anything that is mounted there is unmounted, and any file removed. */
export function unpersistSteps(path: string): Step[] {
  checkPath(path);
  return [unbind(path), remove(path)];
}

function unbind(path: string): Step {
  return step(umount2(path, UmountFlags.DETACH | UmountFlags.NOFOLLOW), {
    why: "unbind the namespace",
    // not a mount point (any more)
    ignore: ["EINVAL"],
  });
}

function remove(path: string): Step {
  return step(unlinkat(AtFlags.FDCWD, path), {
    why: "remove the file it was bound to",
  });
}

function isBound(path: string): boolean {
  const { PATH, NOFOLLOW, CLOEXEC } = OpenFlags;
  const place = invoke(openat(AtFlags.FDCWD, path, PATH | NOFOLLOW | CLOEXEC));
  try {
    return isOnNsfs(place);
  } finally {
    invoke(close(place));
  }
}

function isLeftOver(path: string): boolean {
  const { mode, size } = lstatSync(path);
  const S_IFREG = 0o100000;
  return mode === S_IFREG && size === 0;
}
