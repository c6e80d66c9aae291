import type { NamespaceId } from "./identity.ts";
import { addRelations } from "./internal/relations.ts";
import { Survey } from "./internal/survey.ts";

/** A process, as ps(1) would name it. */
export interface ListedProcess {
  readonly pid: number;
  readonly ppid: number;
  /** The effective user id, as our user namespace sees it. */
  readonly uid: number;
  /** Its arguments, joined by spaces, or its name if it has none. As it was written: not to be printed unescaped. */
  readonly command: string;
  /** Its ids from our PID namespace to its own; see `ProcessStatus`. */
  readonly nsPids: readonly number[];
}

/** What keeps a namespace alive besides the processes in it and the namespaces it owns. */
export type Holder =
  /** It is bound to a file, in the mount namespace with this inode. */
  | {
      readonly by: "mount";
      readonly mountPoint: string;
      readonly mountNamespace: number;
    }
  | { readonly by: "fd"; readonly pid: number; readonly fd: number }
  /** It is where the next child of this process will be: `pid_for_children`, `time_for_children`. */
  | { readonly by: "children"; readonly pid: number };

/** A namespace, and what is known of it. */
export interface ListedNamespace extends NamespaceId {
  /** Those that are in it, by pid; none if it is only held. */
  readonly processes: readonly ListedProcess[];
  readonly heldBy: readonly Holder[];
  /** The user namespace that owns it; of a user namespace, its parent. Undefined if there is none, or it is not shown to us. */
  readonly owner: NamespaceId | undefined;
  /** What a user or PID namespace is nested in. Undefined if it is the first, not shown to us, or of another kind. */
  readonly parent: NamespaceId | undefined;
  /** Who made a user namespace. */
  readonly ownerUid: number | undefined;
}

/** A process whose namespaces the kernel does not show to us. */
export interface UnreadableProcess extends ListedProcess {
  readonly code: "EACCES" | "EPERM";
}

/** The namespaces of this machine, as far as we may see. */
export interface NamespaceListing {
  /** By inode. */
  readonly namespaces: readonly ListedNamespace[];
  /** By pid. What only these are in, or hold, is missing above. */
  readonly unreadable: readonly UnreadableProcess[];
}

/**
 * Lists the namespaces of this machine: those that the processes in /proc are in, will have their children in,
 * or hold open; those bound to files in any of their mount namespaces; and those that own or contain one of
 * these. Not seen are what only an unreadable process holds, or a socket, or a thread other than a process's
 * first. A moment's picture of what goes on changing; every process is read, so it takes milliseconds.
 */
export function listNamespaces(): NamespaceListing {
  const survey = new Survey();
  survey.readProcesses();
  survey.readMounts();
  const namespaces = addRelations(survey.found);
  return {
    namespaces: namespaces.toSorted((a, b) => a.inode - b.inode),
    unreadable: survey.unreadable,
  };
}
