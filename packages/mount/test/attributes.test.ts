import { MountAttrFlags as A, MountFlags as F } from "@ns/syscalls";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  attributesOfFlags,
  attributesOfOptions,
  flagsOfAttributes,
  planSetAttributes,
} from "../src/index.ts";
import { changed, changeOfFlags, superParameters } from "../src/attributes.ts";
import { formatStep } from "@ns/syscalls";

const attributes = fc
  .tuple(
    fc.subarray([
      A.RDONLY,
      A.NOSUID,
      A.NODEV,
      A.NOEXEC,
      A.NODIRATIME,
      A.NOSYMFOLLOW,
    ] as number[]),
    fc.constantFrom<number>(A.RELATIME, A.NOATIME, A.STRICTATIME),
  )
  .map(([bits, atime]) => bits.reduce((all, bit) => all | bit, atime));

test("flags of mount(2) and attributes stand for each other", () => {
  fc.assert(
    fc.property(attributes, (each) => {
      expect(attributesOfFlags(flagsOfAttributes(each))).toBe(each);
    }),
  );
});

test.each([
  [["rw"], A.STRICTATIME],
  [["rw", "relatime"], A.RELATIME],
  [
    [
      "ro",
      "nosuid",
      "nodev",
      "noexec",
      "noatime",
      "nodiratime",
      "nosymfollow",
      "idmapped",
    ],
    A.RDONLY |
      A.NOSUID |
      A.NODEV |
      A.NOEXEC |
      A.NOATIME |
      A.NODIRATIME |
      A.NOSYMFOLLOW,
  ],
])("what mountinfo shows is read back: %j", (options, expected) => {
  expect(attributesOfOptions(options)).toBe(expected);
});

test("a change twice is the change once, and what it does not mention stays", () => {
  fc.assert(
    fc.property(attributes, attributes, attributes, (before, set, other) => {
      const change = { set, clear: other & ~A._ATIME & ~set };
      const after = changed(before, change);
      expect(changed(after, change)).toBe(after);
      expect(after & set).toBe(set);
      const untouched = ~(set | change.clear | A._ATIME);
      expect(after & untouched).toBe(before & untouched);
    }),
  );
});

test("flags of a bind mount change what they mention, and access times only if they do", () => {
  expect(changeOfFlags(F.BIND | F.RDONLY, 0)).toEqual({
    set: A.RDONLY,
    clear: 0,
  });
  expect(changeOfFlags(F.BIND, F.NOSUID)).toEqual({ set: 0, clear: A.NOSUID });
  expect(changeOfFlags(F.NOATIME, F.RELATIME)).toEqual({
    set: A.NOATIME,
    clear: A._ATIME,
  });
  expect(changeOfFlags(0, F.NOATIME)).toEqual({ set: 0, clear: A._ATIME });
});

test("flags of the file system are parameters for fsconfig(2)", () => {
  expect(superParameters(F.RDONLY | F.LAZYTIME | F.NOSUID)).toEqual([
    "ro",
    "lazytime",
  ]);
});

describe("a plan of a change", () => {
  test.each([
    [
      planSetAttributes("/mnt", { set: A.RDONLY, recursive: true }),
      'mount_setattr(AT_FDCWD, "/mnt", AT_RECURSIVE, {attr_set=MOUNT_ATTR_RDONLY}, 32)',
    ],
    [
      planSetAttributes(7, { set: A.NOATIME, clear: A.NODEV }),
      'mount_setattr(7, "", AT_EMPTY_PATH, {attr_set=MOUNT_ATTR_NOATIME, attr_clr=MOUNT_ATTR_NODEV|MOUNT_ATTR__ATIME}, 32)',
    ],
    [
      planSetAttributes(7, { propagation: F.SLAVE, userns: 9 }),
      'mount_setattr(7, "", AT_EMPTY_PATH, {attr_set=MOUNT_ATTR_IDMAP, propagation=MS_SLAVE, userns_fd=9}, 32)',
    ],
  ])("is printed as strace would print it", (step, text) => {
    expect(formatStep(step)).toBe(text);
  });

  test.each([
    [{ clear: A.NOATIME }, "expected all of MOUNT_ATTR__ATIME"],
    [{ set: A.IDMAP }, "expected a user namespace in 'userns' instead"],
    [
      { propagation: F.SHARED | F.SLAVE },
      "expected one of MS_SHARED, MS_SLAVE",
    ],
    [{ propagation: 0 }, "expected one of MS_SHARED, MS_SLAVE"],
  ])("that cannot be is refused: %j", (change, message) => {
    expect(() => planSetAttributes("/mnt", change)).toThrow(TypeError);
    expect(() => planSetAttributes("/mnt", change)).toThrow(message);
  });
});
