import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  formatNamespaceLink,
  NAMESPACE_KINDS,
  parseNsfsMounts,
} from "../src/index.ts";

const captured = readFileSync(
  join(import.meta.dirname, "fixtures/mountinfo.txt"),
  "utf8",
);

test("bound namespaces are found among the other mounts", () => {
  expect(parseNsfsMounts(captured)).toEqual([
    {
      kind: "net",
      inode: 4026532180,
      device: 4,
      mountPoint: "/run/netns/blue",
    },
    { kind: "uts", inode: 4026531838, device: 4, mountPoint: "/run/a b/c\\d" },
  ]);
});

test("a file system that says it is nsfs elsewhere in its line is none", () => {
  const line =
    "66 63 0:39 /uts:[1] /mnt rw shared:1 - tmpfs nsfs rw,context=nsfs";
  expect(parseNsfsMounts(line)).toEqual([]);
});

test("any namespace bound to any file is found there", () => {
  const id = fc.record({
    kind: fc.constantFrom(...NAMESPACE_KINDS),
    inode: fc.nat(0xffffffff),
  });
  const path = fc
    .string({ unit: fc.constantFrom(...Array.from("ab/ \t\n\\é-:[]0")) })
    .map((rest) => `/${rest}`);
  const optional = fc.constantFrom("", " shared:7", " shared:7 master:3");
  const mounts = fc.array(fc.tuple(id, path, optional));
  fc.assert(
    fc.property(mounts, (mounts) => {
      const text = mounts.map(([id, mountPoint, optional]) => {
        const place = mountPoint.replaceAll(/[ \t\n\\]/g, escapeOctal);
        return `65 64 0:4 ${formatNamespaceLink(id)} ${place} rw${optional} - nsfs nsfs rw\n`;
      });
      expect(parseNsfsMounts(text.join(""))).toEqual(
        mounts.map(([id, mountPoint]) => ({ ...id, device: 4, mountPoint })),
      );
    }),
  );
});

test("any other text has none", () => {
  const fields = fc.string({
    unit: fc.constantFrom(...Array.from("0:4 -nsf/[]u\n")),
  });
  fc.assert(
    fc.property(fc.oneof(fc.string(), fields), (text) => {
      expect(parseNsfsMounts(text)).toEqual([]);
    }),
  );
});

function escapeOctal(char: string): string {
  return `\\${char.charCodeAt(0).toString(8).padStart(3, "0")}`;
}
