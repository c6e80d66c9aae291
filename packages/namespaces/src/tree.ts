import { keyOf, type NamespaceId } from "./identity.ts";

/** A namespace with those it owns. */
export interface NamespaceNode<T extends NamespaceId = NamespaceId> {
  readonly namespace: T;
  /** Those of other kinds, and the user namespaces nested in it. */
  readonly children: readonly NamespaceNode<T>[];
}

/**
 * Arranges namespaces as a tree, each under the user namespace that owns it, user namespaces under their
 * parents, in the order they are given. At the top is what has no owner, or one that is not among them.
 */
export function namespaceTree<
  T extends NamespaceId & { readonly owner: NamespaceId | undefined },
>(namespaces: readonly T[]): NamespaceNode<T>[] {
  const known = new Map(namespaces.map((each) => [keyOf(each), each]));
  const owned = new Map<T | undefined, T[]>();
  for (const each of namespaces) {
    const owner = each.owner && known.get(keyOf(each.owner));
    const siblings = owned.get(owner);
    if (siblings === undefined) owned.set(owner, [each]);
    else siblings.push(each);
  }
  const node = (namespace: T): NamespaceNode<T> => ({
    namespace,
    children: (owned.get(namespace) ?? []).map(node),
  });
  return (owned.get(undefined) ?? []).map(node);
}
