import { statSync } from "node:fs";
import { NamespaceError } from "./error.ts";
import type { NamespaceId } from "./identity.ts";
import { isSystemError } from "./internal/system-error.ts";
import { kindOfLink, NAMESPACE_LINKS, type NamespaceLink } from "./kind.ts";

/**
 * The namespaces of a process, by link. One is missing where the kernel does not know the kind, in a process
 * that has exited and is not waited for yet (it has its user and PID namespaces still), and
 * `pid_for_children` while there is no process in that namespace.
 */
export type ProcessNamespaces = Readonly<
  Partial<Record<NamespaceLink, NamespaceId>>
>;

/**
 * Reads which namespaces a process is in, from /proc/PID/ns; see namespaces(7). Default: the calling thread.
 * @throws {NamespaceError} `ERR_NAMESPACE_UNREADABLE` if the kernel does not show them: that takes what
 *   PTRACE_MODE_READ_FSCREDS does, see ptrace(2).
 * @throws {Error} `ENOENT` (Node's own) if there is no such process.
 */
export function readNamespaces(pid?: number): ProcessNamespaces {
  const directory = namespaceDirectory(pid);
  const found: Partial<Record<NamespaceLink, NamespaceId>> = {};
  try {
    statSync(directory);
    for (const link of NAMESPACE_LINKS) {
      const at = statSync(`${directory}/${link}`, { throwIfNoEntry: false });
      if (at === undefined) continue;
      found[link] = { kind: kindOfLink(link), device: at.dev, inode: at.ino };
    }
  } catch (error) {
    throw isSystemError(error, "EACCES") ? unreadable(directory, error) : error;
  }
  return found;
}

/**
 * Where the links are. Namespaces belong to threads: setns(2) moves the one that calls it, and /proc/self is
 * the first.
 * @throws {RangeError} if it is not a process id.
 */
export function namespaceDirectory(pid?: number): string {
  if (pid === undefined) return "/proc/thread-self/ns";
  if (!Number.isSafeInteger(pid) || pid < 1)
    throw new RangeError(
      `invalid pid '${String(pid)}': expected a positive integer`,
    );
  return `/proc/${pid}/ns`;
}

/** The error of a process that we may not look into. */
export function unreadable(what: string, cause: unknown): NamespaceError {
  return new NamespaceError(
    "ERR_NAMESPACE_UNREADABLE",
    `cannot read the namespaces in '${what}': the kernel does not show them to this user`,
    {
      cause,
      hint: "it takes the same user and a dumpable process, or CAP_SYS_PTRACE and every capability that the process has; see PTRACE_MODE_READ_FSCREDS in ptrace(2)",
    },
  );
}
