import { readdirSync, readlinkSync, statSync } from "node:fs";
import { type NamespaceId, parseNamespaceLink } from "./identity.ts";
import { isSystemError } from "./internal/system-error.ts";

/** A namespace that a process holds by a descriptor. */
export interface HeldNamespace extends NamespaceId {
  readonly fd: number;
}

/**
 * Reads which namespaces a process holds open, from /proc/PID/fd; see proc_pid_fd(5).
 * @throws {Error} `EACCES` (Node's own) if the kernel does not show them to us, `ENOENT` or `ESRCH` if there is
 *   no such process.
 */
export function readHeldNamespaces(pid: number): HeldNamespace[] {
  const directory = `/proc/${pid}/fd`;
  return readdirSync(directory).flatMap((name) => {
    try {
      const link = parseNamespaceLink(readlinkSync(`${directory}/${name}`));
      if (link === undefined) return [];
      const { dev, ino } = statSync(`${directory}/${name}`);
      // it may be another file by now
      if (ino !== link.inode) return [];
      return { ...link, device: dev, fd: Number(name) };
    } catch (error) {
      // closed since the directory was read
      if (isSystemError(error, "ENOENT")) return [];
      throw error;
    }
  });
}
