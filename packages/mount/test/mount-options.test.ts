import { MountAttrFlags as A, MountFlags as F } from "@ns/syscalls";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseMountOptions, splitOptions } from "../src/index.ts";
import {
  FLAG_OPTIONS,
  PROPAGATION_OPTIONS,
  RECURSIVE_OPTIONS,
} from "../src/mount-option-table.ts";

describe("options are sorted by what they are for", () => {
  test.each([
    ["", {}],
    ["defaults", {}],
    ["ro,nosuid,nodev", { flags: F.RDONLY | F.NOSUID | F.NODEV }],
    ["ro,rw", { cleared: F.RDONLY }],
    ["rw,ro", { flags: F.RDONLY }],
    [
      "rbind,rslave,rro",
      {
        flags: F.BIND | F.REC,
        propagation: [F.SLAVE | F.REC],
        recursive: { set: A.RDONLY, clear: 0 },
      },
    ],
    ["private,shared", { propagation: [F.PRIVATE, F.SHARED] }],
    [
      "noatime,strictatime",
      { flags: F.STRICTATIME, cleared: F.NOATIME | F.RELATIME },
    ],
    ["rnoatime", { recursive: { set: A.NOATIME, clear: A._ATIME } }],
    [
      "rnoatime,rrelatime,rnosuid,rsuid",
      { recursive: { set: 0, clear: A._ATIME | A.NOSUID } },
    ],
    [
      "size=64k,mode=755,ro",
      { flags: F.RDONLY, data: ["size=64k", "mode=755"] },
    ],
    [
      "noauto,nofail,x-systemd.automount,_netdev,comment=x,sync",
      { flags: F.SYNCHRONOUS },
    ],
    ["idmap", { idmap: "mount" }],
    ["ridmap,tmpcopyup", { idmap: "tree", copyUp: true }],
    ["toString,constructor", { data: ["toString", "constructor"] }],
    ["remount,bind,ro", { flags: F.REMOUNT | F.BIND | F.RDONLY }],
    ["move", { flags: F.MOVE }],
  ])("%s", (text, expected) => {
    const nothing = {
      propagation: [],
      recursive: { set: 0, clear: 0 },
      idmap: undefined,
      copyUp: false,
      data: [],
    };
    expect(parseMountOptions(text)).toEqual({
      flags: 0,
      cleared: 0,
      ...nothing,
      ...expected,
    });
  });

  // the table "Linux mount options" of the OCI runtime specification
  test.each(
    (
      "async atime bind defaults dev diratime dirsync exec idmap iversion lazytime loud mand noatime nodev nodiratime " +
      "noexec noiversion nolazytime nomand norelatime nostrictatime nosuid nosymfollow private ratime rbind rdev rdiratime " +
      "relatime remount rexec ridmap rnoatime rnodev rnodiratime rnoexec rnorelatime rnostrictatime rnosuid rnosymfollow ro " +
      "rprivate rrelatime rro rrw rshared rslave rstrictatime rsuid rsymfollow runbindable rw shared silent slave " +
      "strictatime suid symfollow sync tmpcopyup unbindable"
    ).split(" "),
  )("the OCI runtime specification's '%s' is no data", (option) => {
    expect(parseMountOptions([option]).data).toEqual([]);
  });
});

test.each(["remount,rbind", "move,bind", "move,remount"])(
  "%s contradicts itself",
  (text) => {
    expect(() => parseMountOptions(text)).toThrow(
      expect.objectContaining({ code: "ERR_MOUNT_OPTION" }) as Error,
    );
  },
);

test("a NUL character is refused", () => {
  expect(() => parseMountOptions(["a\0b"])).toThrow(
    new TypeError("invalid mount option 'a\\0b': expected no NUL characters"),
  );
});

test.each([
  ["a,b", ["a", "b"]],
  [",a,,b,", ["a", "b"]],
  ['context="u:r:t:s0:c1,c2",ro', ['context="u:r:t:s0:c1,c2"', "ro"]],
  ['a="unclosed,b', ['a="unclosed', "b"]],
  ['a="x"y,b', ['a="x"y', "b"]],
  ['quo"te,b"', ['quo"te', 'b"']],
  ["lowerdir=/a\\,b:/c\\\\,ro", ["lowerdir=/a\\,b:/c\\\\", "ro"]],
])("%j is split where an option ends", (text, options) => {
  expect(splitOptions(text)).toEqual(options);
});

test("an option list is split where it was joined", () => {
  const plain = fc.stringMatching(/^[a-z]{1,6}(=[a-z0-9/:.]{0,6})?$/);
  const quoted = fc
    .tuple(
      fc.stringMatching(/^[a-z]{1,6}$/),
      fc.stringMatching(/^[a-z,:]{0,8}$/),
    )
    .map(([key, value]) => `${key}="${value}"`);
  fc.assert(
    fc.property(
      fc.array(fc.oneof(plain, quoted), { maxLength: 6 }),
      (options) => {
        expect(splitOptions(options.join(","))).toEqual(options);
      },
    ),
  );
});

test("flags that are set and cleared never overlap, and the last of two that contradict each other counts", () => {
  const known = [
    ...Object.keys(FLAG_OPTIONS),
    ...Object.keys(RECURSIVE_OPTIONS),
    ...Object.keys(PROPAGATION_OPTIONS),
  ];
  const option = fc.constantFrom(
    ...known.filter((each) => !["move", "remount"].includes(each)),
  );
  fc.assert(
    fc.property(fc.array(option, { maxLength: 12 }), (options) => {
      const { flags, cleared, recursive } = parseMountOptions(options);
      expect(flags & cleared).toBe(0);
      expect(recursive.set & recursive.clear & ~A._ATIME).toBe(0);
      const last = options.findLast((each) => each === "ro" || each === "rw");
      expect((flags & F.RDONLY) !== 0).toBe(last === "ro");
    }),
  );
});
