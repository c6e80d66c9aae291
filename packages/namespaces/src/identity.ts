import { isNamespaceKind, type NamespaceKind } from "./kind.ts";

/**
 * Which namespace it is: two of the same device and inode are one namespace; see namespaces(7). The inode of a
 * namespace that is gone is given to another, so an identity means something only while the namespace is held:
 * by a process in it, a mount, or a descriptor.
 */
export interface NamespaceId {
  readonly kind: NamespaceKind;
  /** The device of nsfs, as `st_dev`. */
  readonly device: number;
  readonly inode: number;
}

/** Whether they are the same namespace, by device and inode. */
export function sameNamespace(
  a: Pick<NamespaceId, "device" | "inode">,
  b: Pick<NamespaceId, "device" | "inode">,
): boolean {
  return a.device === b.device && a.inode === b.inode;
}

/**
 * Parses what readlink(2) says of a link in /proc/PID/ns, or of a descriptor that refers to a namespace:
 * `"mnt:[4026531832]"`. Undefined for anything else: `"pipe:[63]"`, `"/dev/null"`. The device is not in it.
 */
export function parseNamespaceLink(
  text: string,
): Omit<NamespaceId, "device"> | undefined {
  const [, kind, digits] = /^([a-z]+):\[(0|[1-9]\d*)\]$/.exec(text) ?? [];
  if (kind === undefined || digits === undefined) return undefined;
  const inode = Number(digits);
  if (!isNamespaceKind(kind) || !Number.isSafeInteger(inode)) return undefined;
  return { kind, inode };
}

/** The text of the link: `"mnt:[4026531832]"`. */
export function formatNamespaceLink({
  kind,
  inode,
}: Pick<NamespaceId, "kind" | "inode">): string {
  return `${kind}:[${inode}]`;
}

/** For maps: the key of the same namespace is the same, and no other's is. */
export function keyOf({
  device,
  inode,
}: Pick<NamespaceId, "device" | "inode">): string {
  return `${device}:${inode}`;
}
