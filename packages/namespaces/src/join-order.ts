import { sameNamespace } from "./identity.ts";
import type { Namespace } from "./namespace.ts";

/**
 * The order in which they can be entered. A user namespace gives capabilities in what belongs to it and takes
 * those elsewhere: what it owns, or one below it, is entered after it, everything else before. A mount namespace
 * comes after its like: no other changes what cannot be put back, the root and working directory.
 * @throws {TypeError} if two are of the same kind.
 */
export function inJoinOrder(namespaces: readonly Namespace[]): Namespace[] {
  const kinds = namespaces.map(({ kind }) => kind);
  const twice = kinds.find((kind, i) => kinds.indexOf(kind) !== i);
  if (twice !== undefined)
    throw new TypeError(
      `invalid namespaces: two are of the kind '${twice}', expected at most one`,
    );
  const rank = (namespace: Namespace): number => {
    if (namespace === user) return 2;
    const isAfter = user !== undefined && isWithin(namespace.owner(), user);
    return (isAfter ? 3 : 0) + (namespace.kind === "mnt" ? 1 : 0);
  };
  const user = namespaces.find(({ kind }) => kind === "user");
  return namespaces
    .map((namespace) => ({ namespace, rank: rank(namespace) }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ namespace }) => namespace);
}

/** Whether `owner`, which is closed, is `user` or a user namespace below it. */
function isWithin(owner: Namespace | undefined, user: Namespace): boolean {
  if (owner === undefined) return false;
  using held = owner;
  return sameNamespace(held, user) || isWithin(held.parent(), user);
}
