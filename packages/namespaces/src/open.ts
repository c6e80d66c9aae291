import { AtFlags, close, invoke, openat, OpenFlags } from "@ns/syscalls";
import { NamespaceError } from "./error.ts";
import { openByPidfd } from "./internal/open-by-pidfd.ts";
import { isSystemError } from "./internal/system-error.ts";
import {
  kindOfLink,
  NAMESPACE_LINKS,
  type NamespaceKind,
  type NamespaceLink,
} from "./kind.ts";
import { isOnNsfs, Namespace } from "./namespace.ts";
import { namespaceDirectory, unreadable } from "./process-namespaces.ts";

/**
 * Where a namespace is found: the calling thread's own, that of a process by pid or pidfd, or at a path that
 * leads to one (`/run/netns/blue`, `/proc/42/ns/net`, `/proc/self/fd/7`).
 */
export type NamespaceSource =
  | { readonly kind: NamespaceLink; readonly pid?: number | undefined }
  | { readonly kind: NamespaceLink; readonly pidfd: number }
  | {
      readonly path: string;
      /** Which kind it has to be. Default: any. */
      readonly kind?: NamespaceKind | undefined;
    };

/**
 * Opens a namespace, which is held until the handle is disposed of: `using net = openNamespace({ kind: "net" })`.
 * A pid may by now be another process's; a pidfd is always the same. What is at a path is looked at before it
 * is opened: a FIFO or a device there is refused without touching it.
 * @throws {NamespaceError} `ERR_NAMESPACE_UNREADABLE`, `ERR_NAMESPACE_NOT_A_NAMESPACE`,
 *   `ERR_NAMESPACE_WRONG_KIND`.
 * @throws {SyscallError} `ENOENT` if there is no such process or path, or the kernel does not know the kind;
 *   `ESRCH` if the pidfd's process is gone.
 * @throws {TypeError | RangeError} if the source cannot be one.
 */
export function openNamespace(source: NamespaceSource): Namespace {
  if ("path" in source) return openPath(source.path, source.kind);
  const { kind: link } = source;
  if (!NAMESPACE_LINKS.includes(link))
    throw new RangeError(
      `invalid kind '${link}': expected one of ${NAMESPACE_LINKS.join(", ")}`,
    );
  if ("pidfd" in source) return openByPidfd(source.pidfd, link, openPath);
  return openPath(
    `${namespaceDirectory(source.pid)}/${link}`,
    kindOfLink(link),
  );
}

function openPath(path: string, kind?: NamespaceKind): Namespace {
  if (typeof path !== "string" || path === "")
    throw new TypeError("invalid path: expected a string that is not empty");
  try {
    return expectKind(new Namespace(openNsfs(path)), path, kind);
  } catch (error) {
    throw isSystemError(error, "EACCES") ? unreadable(path, error) : error;
  }
}

/** Opens the file at `path` if it is on nsfs; what it is, is seen through a descriptor that opens nothing. */
function openNsfs(path: string): number {
  const place = invoke(
    openat(AtFlags.FDCWD, path, OpenFlags.PATH | OpenFlags.CLOEXEC),
  );
  try {
    return reopenNsfs(place, path);
  } finally {
    invoke(close(place));
  }
}

/**
 * Opens for use what the `O_PATH` descriptor `place` refers to.
 * @throws {NamespaceError} `ERR_NAMESPACE_NOT_A_NAMESPACE` if that is not on nsfs.
 */
export function reopenNsfs(place: number, path: string): number {
  if (!isOnNsfs(place))
    throw new NamespaceError(
      "ERR_NAMESPACE_NOT_A_NAMESPACE",
      `cannot open '${path}' as a namespace: it is not on nsfs`,
      {
        hint: "expected a link of /proc/PID/ns, or a file that one is bound to",
      },
    );
  return invoke(
    openat(
      AtFlags.FDCWD,
      `/proc/self/fd/${place}`,
      OpenFlags.RDONLY | OpenFlags.CLOEXEC,
    ),
  );
}

function expectKind(
  namespace: Namespace,
  path: string,
  kind: NamespaceKind | undefined,
): Namespace {
  if (kind === undefined || namespace.kind === kind) return namespace;
  namespace[Symbol.dispose]();
  throw new NamespaceError(
    "ERR_NAMESPACE_WRONG_KIND",
    `cannot open '${path}' as a ${kind} namespace: it is '${String(namespace)}'`,
  );
}
