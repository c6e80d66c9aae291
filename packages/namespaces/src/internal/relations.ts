import {
  AtFlags,
  close,
  invoke,
  openat,
  openat2,
  OpenFlags,
  ResolveFlags,
} from "@ns/syscalls";
import { NamespaceError } from "../error.ts";
import { keyOf, type NamespaceId, sameNamespace } from "../identity.ts";
import type { ListedNamespace } from "../list.ts";
import { Namespace } from "../namespace.ts";
import { reopenNsfs } from "../open.ts";
import type { Found, Way } from "./survey.ts";
import { isSystemError } from "./system-error.ts";

/** Asks the kernel for the owners and parents of the namespaces found, and adds those that were not found. */
export function addRelations(
  found: ReadonlyMap<string, Found>,
): ListedNamespace[] {
  const listed = new Map<string, ListedNamespace>();
  for (const each of found.values()) {
    const namespace = open(each);
    try {
      list(each, namespace, listed, found);
    } finally {
      namespace?.[Symbol.dispose]();
    }
  }
  return [...listed.values()];
}

function list(
  { id, processes, heldBy }: Pick<Found, "id" | "processes" | "heldBy">,
  handle: Namespace | undefined,
  listed: Map<string, ListedNamespace>,
  found: ReadonlyMap<string, Found>,
): void {
  const { kind, device, inode } = id;
  const follow = (related: Namespace | undefined): NamespaceId | undefined => {
    if (related === undefined) return undefined;
    try {
      const { kind, device, inode } = related;
      const key = keyOf(related);
      // one that no process is in and nobody holds but what it owns
      if (!found.has(key) && !listed.has(key))
        list(
          { id: related, processes: [], heldBy: [] },
          related,
          listed,
          found,
        );
      return { kind, device, inode };
    } finally {
      related[Symbol.dispose]();
    }
  };
  listed.set(keyOf(id), {
    kind,
    device,
    inode,
    processes,
    heldBy,
    owner: follow(handle?.owner()),
    parent: follow(handle?.parent()),
    ownerUid: handle?.ownerUid(),
  });
}

/** Opens it by the first way that still leads there. */
function open({ id, ways }: Found): Namespace | undefined {
  for (const way of ways) {
    const namespace = tryWay(way);
    if (namespace === undefined) continue;
    if (sameNamespace(namespace, id)) return namespace;
    namespace[Symbol.dispose]();
  }
  return undefined;
}

/** What a way that cannot be gone (any more) ends in; EXDEV, ELOOP: the mount point is hidden under another mount. */
const NO_WAY = [
  "EACCES",
  "EPERM",
  "ENOENT",
  "ENOTDIR",
  "ESRCH",
  "ENOSYS",
  "EXDEV",
  "ELOOP",
];

function tryWay(way: Way): Namespace | undefined {
  try {
    const place = openPlace(way);
    try {
      return new Namespace(reopenNsfs(place, way.path));
    } finally {
      invoke(close(place));
    }
  } catch (error) {
    if (isSystemError(error, ...NO_WAY) || error instanceof NamespaceError)
      return undefined;
    throw error;
  }
}

const PLACE = OpenFlags.PATH | OpenFlags.CLOEXEC;

/** Below the root of another process nothing is followed: the links there are that process's to make. */
function openPlace({ path, rootOf }: Way): number {
  if (rootOf === undefined) return invoke(openat(AtFlags.FDCWD, path, PLACE));
  const root = invoke(openat(AtFlags.FDCWD, `/proc/${rootOf}/root`, PLACE));
  try {
    const resolve = ResolveFlags.IN_ROOT | ResolveFlags.NO_SYMLINKS;
    return invoke(openat2(root, path, { flags: PLACE, resolve }));
  } finally {
    invoke(close(root));
  }
}
