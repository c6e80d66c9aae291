import fc from "fast-check";
import { expect, test } from "vitest";
import {
  formatNamespaceLink,
  NAMESPACE_KINDS,
  parseNamespaceLink,
  sameNamespace,
} from "../src/index.ts";

const kinds = fc.constantFrom(...NAMESPACE_KINDS);

test("the text of a link is its kind and inode", () => {
  expect(parseNamespaceLink("mnt:[4026531840]")).toEqual({
    kind: "mnt",
    inode: 4026531840,
  });
});

test.each([
  "",
  "/dev/null",
  "pipe:[4026531840]",
  "mnt:4026531840",
  "mnt:[4026531840] (deleted)",
  " mnt:[4026531840]",
  "mnt:[4026531840]\n",
  "MNT:[4026531840]",
  "mnt:[]",
  "mnt:[-1]",
  "mnt:[0xf0000000]",
  "mnt:[007]",
  "mnt:[9007199254740993]",
  "constructor:[1]",
  "pid_for_children:[4026531836]",
])("'%s' is no link to a namespace", (text) => {
  expect(parseNamespaceLink(text)).toBeUndefined();
});

test("whatever is printed is parsed as what it was", () => {
  fc.assert(
    fc.property(kinds, fc.maxSafeNat(), (kind, inode) => {
      const text = formatNamespaceLink({ kind, inode });
      expect(parseNamespaceLink(text)).toEqual({ kind, inode });
    }),
  );
});

test("whatever is parsed is printed as what it was", () => {
  const likely = fc
    .tuple(
      kinds,
      fc.string({ unit: fc.constantFrom(...Array.from("0123456789-x")) }),
    )
    .map(([kind, digits]) => `${kind}:[${digits}]`);
  fc.assert(
    fc.property(fc.oneof(fc.string(), likely), (text) => {
      const link = parseNamespaceLink(text);
      expect(link === undefined || formatNamespaceLink(link) === text).toBe(
        true,
      );
    }),
  );
});

test("namespaces are the same by device and inode alone", () => {
  const id = fc.record({ device: fc.nat(3), inode: fc.nat(3) });
  fc.assert(
    fc.property(id, id, (a, b) => {
      const isSame = a.device === b.device && a.inode === b.inode;
      expect(sameNamespace(a, b)).toBe(isSame);
    }),
  );
});
