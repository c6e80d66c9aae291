import fc from "fast-check";
import { expect, test } from "vitest";
import {
  NAMESPACE_KINDS,
  namespaceTree,
  type NamespaceId,
  type NamespaceNode,
} from "../src/index.ts";

interface Owned extends NamespaceId {
  readonly owner: NamespaceId | undefined;
}

/** Namespaces each owned by one before it, by one that is not there, or by none. */
const machines = fc
  .array(fc.tuple(fc.constantFrom(...NAMESPACE_KINDS), fc.nat(), fc.nat(9)))
  .map((drawn) => {
    const made: Owned[] = [];
    for (const [i, [kind, pick, chance]] of drawn.entries()) {
      const missing: NamespaceId = { kind: "user", device: 4, inode: 0 };
      const users = made.filter((each) => each.kind === "user");
      const owner = chance === 0 ? missing : users[pick % users.length];
      made.push({ kind, device: 4, inode: i + 1, owner });
    }
    return made;
  });

function* nodesOf(
  nodes: readonly NamespaceNode<Owned>[],
  parent?: NamespaceNode<Owned>,
): Generator<{ node: NamespaceNode<Owned>; parent?: NamespaceNode<Owned> }> {
  for (const node of nodes) {
    yield parent === undefined ? { node } : { node, parent };
    yield* nodesOf(node.children, node);
  }
}

test("every namespace is in the tree once, under its owner if that is there", () => {
  fc.assert(
    fc.property(machines, (machine) => {
      const nodes = [...nodesOf(namespaceTree(machine))];
      const inodes = nodes.map(({ node }) => node.namespace.inode);
      expect(inodes.toSorted((a, b) => a - b)).toEqual(
        machine.map(({ inode }) => inode),
      );
      for (const { node, parent } of nodes) {
        const { owner } = node.namespace;
        const isThere = owner !== undefined && owner.inode !== 0;
        expect(parent?.namespace.inode).toBe(isThere ? owner.inode : undefined);
      }
    }),
  );
});

test("siblings stay in the order in which they are given", () => {
  fc.assert(
    fc.property(machines, (machine) => {
      for (const { node } of nodesOf(namespaceTree(machine))) {
        const inodes = node.children.map(({ namespace }) => namespace.inode);
        expect(inodes).toEqual(inodes.toSorted((a, b) => a - b));
      }
    }),
  );
});
