import { readdirSync } from "node:fs";
import { readCommandLine } from "../command-line.ts";
import { NamespaceError } from "../error.ts";
import { readHeldNamespaces } from "../held-namespaces.ts";
import { keyOf, type NamespaceId } from "../identity.ts";
import { NAMESPACE_KINDS } from "../kind.ts";
import type { Holder, ListedProcess, UnreadableProcess } from "../list.ts";
import { readNsfsMounts } from "../nsfs-mount.ts";
import { readNamespaces } from "../process-namespaces.ts";
import { readProcessStatus } from "../process-status.ts";
import { isSystemError } from "./system-error.ts";

/** A way to a namespace: a path, or one that is below the root directory of a process. */
export interface Way {
  readonly path: string;
  readonly rootOf?: number;
}

/** A namespace that was found, and how it can be opened. */
export interface Found {
  readonly id: NamespaceId;
  readonly processes: ListedProcess[];
  readonly heldBy: Holder[];
  readonly ways: Way[];
}

/** Collects namespaces by where they are found. */
export class Survey {
  readonly found: Map<string, Found> = new Map<string, Found>();
  readonly unreadable: UnreadableProcess[] = [];

  /** What the processes in /proc are in, and hold. */
  readProcesses(): void {
    const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
    for (const pid of pids.map(Number).toSorted((a, b) => a - b))
      ifItIsThere(() => {
        this.#readProcess(pid);
      });
  }

  /** What is bound to files in the mount namespaces that were found so far, as their first processes see it. */
  readMounts(): void {
    for (const { id, processes } of [...this.found.values()]) {
      const [first] = processes;
      if (id.kind !== "mnt" || first === undefined) continue;
      ifItIsThere(() => {
        this.#readMountsOf(first.pid, id.inode);
      });
    }
  }

  #readProcess(pid: number): void {
    const { ppid, uid, name, nsPids } = readProcessStatus(pid);
    const command = readCommandLine(pid).join(" ") || name;
    const process: ListedProcess = { pid, ppid, uid, command, nsPids };
    try {
      this.#readNamespacesOf(process);
      this.#readDescriptorsOf(pid);
    } catch (error) {
      const cause = error instanceof NamespaceError ? error.cause : error;
      if (!isSystemError(cause, "EACCES", "EPERM")) throw error;
      const code = cause.code === "EPERM" ? "EPERM" : "EACCES";
      this.unreadable.push({ ...process, code });
    }
  }

  #readNamespacesOf(process: ListedProcess): void {
    const { pid } = process;
    const namespaces = readNamespaces(pid);
    for (const kind of NAMESPACE_KINDS) {
      const id = namespaces[kind];
      if (id === undefined) continue;
      this.#add(id, { path: `/proc/${pid}/ns/${kind}` }).processes.push(
        process,
      );
    }
    for (const kind of ["pid", "time"] as const) {
      const id = namespaces[`${kind}_for_children`];
      if (id === undefined || id.inode === namespaces[kind]?.inode) continue;
      const way = { path: `/proc/${pid}/ns/${kind}_for_children` };
      this.#add(id, way).heldBy.push({ by: "children", pid });
    }
  }

  #readDescriptorsOf(pid: number): void {
    for (const { fd, ...id } of readHeldNamespaces(pid)) {
      const way = { path: `/proc/${pid}/fd/${fd}` };
      this.#add(id, way).heldBy.push({ by: "fd", pid, fd });
    }
  }

  #readMountsOf(pid: number, mountNamespace: number): void {
    for (const { mountPoint, ...id } of readNsfsMounts(pid)) {
      const { heldBy } = this.#add(id, { path: mountPoint, rootOf: pid });
      // a mount in a shared directory that is itself bound is there twice
      const isKnown = heldBy.some(
        (holder) =>
          holder.by === "mount" &&
          holder.mountPoint === mountPoint &&
          holder.mountNamespace === mountNamespace,
      );
      if (!isKnown) heldBy.push({ by: "mount", mountPoint, mountNamespace });
    }
  }

  #add(id: NamespaceId, way: Way): Found {
    const key = keyOf(id);
    let found = this.found.get(key);
    if (found === undefined) {
      found = { id, processes: [], heldBy: [], ways: [] };
      this.found.set(key, found);
    }
    found.ways.push(way);
    return found;
  }
}

/** Processes end while they are read: what is gone then is left out. */
function ifItIsThere(read: () => void): void {
  try {
    read();
  } catch (error) {
    // EINVAL: the mountinfo of a process that has ended and is not waited for yet
    if (!isSystemError(error, "ENOENT", "ESRCH", "EINVAL")) throw error;
  }
}
