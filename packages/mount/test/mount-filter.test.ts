import fc from "fast-check";
import { expect, test } from "vitest";
import {
  at,
  atOrAbove,
  atOrBelow,
  every,
  ofType,
  parseMountinfo,
  topMountAt,
  treeOf,
  type MountFilter,
} from "../src/index.ts";

const mounts = parseMountinfo(
  [
    "1 1 0:1 / / rw - ext4 root rw",
    "2 1 0:2 / /a rw - tmpfs two rw",
    "3 2 0:3 / /a rw - tmpfs three rw",
    "4 3 0:4 / /a/b rw - proc four rw",
    "5 1 0:5 / /ab rw - fuse.sshfs five rw",
    "6 4 0:6 / /a/b/c rw - tmpfs six rw",
    "9 7 0:9 / /elsewhere rw - tmpfs orphan rw",
  ].join("\n"),
);
const ids = (filter: MountFilter): number[] =>
  mounts.filter(filter).map(({ mountId }) => mountId);

test("a name that only begins the same is not below", () => {
  expect(ids(atOrBelow("/a"))).toEqual([2, 3, 4, 6]);
  expect(ids(atOrBelow("/"))).toEqual([1, 2, 3, 4, 5, 6, 9]);
  expect(ids(atOrAbove("/a/b/x"))).toEqual([1, 2, 3, 4]);
  expect(ids(atOrAbove("/"))).toEqual([1]);
  expect(ids(at("/a"))).toEqual([2, 3]);
});

test("a type is compared whole, and filters are combined", () => {
  expect(ids(ofType("fuse"))).toEqual([]);
  expect(ids(ofType("fuse.sshfs", "proc"))).toEqual([4, 5]);
  expect(ids(every(ofType("tmpfs"), atOrBelow("/a")))).toEqual([2, 3, 6]);
});

test.each(["a", "", "/a/", "/a/../b", "/.", "//"])(
  "a path that mountinfo never has is refused: %j",
  (path) => {
    for (const filter of [at, atOrAbove, atOrBelow])
      expect(() => filter(path)).toThrow(TypeError);
  },
);

test("of mounts on each other, the one on top is found, in whatever order they are listed", () => {
  expect(topMountAt(mounts, "/a")?.mountId).toBe(3);
  expect(topMountAt(mounts.toReversed(), "/a")?.mountId).toBe(3);
  expect(topMountAt(mounts, "/")?.mountId).toBe(1);
  expect(topMountAt(mounts, "/none")).toBeUndefined();
});

test("a tree has every mount below once, parents first", () => {
  expect(treeOf(mounts, 2).map(({ mountId }) => mountId)).toEqual([2, 3, 4, 6]);
  expect(treeOf(mounts, 1).map(({ mountId }) => mountId)).toEqual([
    1, 2, 5, 3, 4, 6,
  ]);
  expect(treeOf(mounts, 42)).toEqual([]);
});

test("every path is below the root, and above itself", () => {
  const name = fc
    .stringMatching(/^[a-z. ]{1,6}$/)
    .filter((text) => text !== "." && text !== "..");
  fc.assert(
    fc.property(fc.array(name, { minLength: 1, maxLength: 5 }), (names) => {
      const path = `/${names.join("/")}`;
      const mount = {
        ...mounts[0],
        mountPoint: path,
      } as (typeof mounts)[number];
      for (const filter of [
        atOrBelow("/"),
        atOrBelow(path),
        atOrAbove(path),
        at(path),
      ])
        expect(filter(mount)).toBe(true);
      expect(atOrBelow(`${path}x`)(mount)).toBe(false);
      expect(atOrAbove(`${path}x`)(mount)).toBe(false);
      expect(atOrAbove(`${path}/x`)(mount)).toBe(true);
    }),
  );
});
