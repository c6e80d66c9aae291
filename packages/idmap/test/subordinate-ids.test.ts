import fc from "fast-check";
import { expect, test } from "vitest";
import {
  MAX_ID,
  parseSubordinateIds,
  readSubordinateIds,
  subordinateIdsOf,
} from "../src/index.ts";

const TEXT = `root:100000:65536
# a comment
cloudsdk:165536:65536
1000:300000:10
other:1:0
other:4294967295:1
other:1:4294967295
other:1:4294967294
other:0x10:1
other: 5:1
broken:1
cloudsdk:500000:1:2

cloudsdk:600000:5`;

test("the ranges of a user are found by its name and by its number, in order", () => {
  const all = parseSubordinateIds(TEXT);
  expect(subordinateIdsOf(all, { uid: 1000, name: "cloudsdk" })).toEqual([
    { first: 165536, size: 65536 },
    { first: 300000, size: 10 },
    { first: 600000, size: 5 },
  ]);
  expect(subordinateIdsOf(all, { uid: 0 })).toEqual([]);
  expect(subordinateIdsOf(all, { uid: 1 })).toEqual([]);
});

test("lines of another form, or beyond 32 bits, grant nothing", () => {
  expect(parseSubordinateIds(TEXT).map(({ owner }) => owner)).toEqual([
    "root",
    "cloudsdk",
    "1000",
    "other",
    "cloudsdk",
  ]);
});

test("whatever the file says, a range is one of ids", () => {
  const line = fc
    .tuple(fc.string(), fc.nat(), fc.nat())
    .map((all) => all.join(":"));
  fc.assert(
    fc.property(fc.array(fc.oneof(line, fc.string())), (lines) => {
      for (const { first, size } of parseSubordinateIds(lines.join("\n"))) {
        expect(size).toBeGreaterThan(0);
        expect(first + size - 1).toBeLessThanOrEqual(MAX_ID);
      }
    }),
  );
});

test("those of this machine are read", () => {
  expect(
    Array.isArray(readSubordinateIds("uid", { uid: 0, name: "root" })),
  ).toBe(true);
  expect(readSubordinateIds("gid", { uid: 4294967294 })).toEqual([]);
});
