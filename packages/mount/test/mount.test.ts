import {
  requires,
  root,
  UNPRIVILEGED_UID,
  unprivilegedUserNamespaces,
} from "@ns/testkit";
import { describe, expect, test } from "vitest";
import { runFixture } from "./run-fixture.ts";

/** What fixtures/mounts.ts sees, whichever calls there are. */
const seen = {
  "read-only": ["ro", "EROFS", "ro"],
  strictatime: ["rw"],
  "bad option": "EINVAL",
  "no type": "ENODEV",
  "by place": 2,
  bind: ["nosuid,nodev", 0, true],
  "rbind,ro": ["ro,nosuid,nodev", "noexec"],
  "rbind,rro": ["ro,nosuid,nodev", "ro,noexec", "EROFS"],
  source: ["nosuid,nodev", "noexec"],
  file: ["file", "ro,nosuid,nodev", "EROFS"],
  "file on directory": "EINVAL",
  "bind,suid": ["nodev,noatime"],
  "by descriptor": ["file", "sub"],
  remount: ["ro,nosuid,nodev", "nosuid,nodev"],
  move: [true, "nosuid,nodev"],
  attributes: ["ro,nosuid", "ro,noexec"],
  "attributes of one": ["nosuid,noatime", "ro,noexec"],
  "attributes of none": "EINVAL",
  shared: [
    { shared: true, slave: false, unbindable: false },
    { shared: false, slave: true, unbindable: false },
    { shared: false, slave: false, unbindable: false },
    true,
  ],
  "in order": { shared: true, slave: false, unbindable: false },
  unbindable: [{ shared: false, slave: false, unbindable: true }, "EINVAL"],
  "mount points": [true, false, true, true, false],
  "mount of": [true, true],
  "attached twice": "ELOOP",
  detached: [1, "nodev"],
  fails: true,
  "left behind": [0, 0, []],
  unmount: [true, false, "ENOENT"],
  busy: ["EBUSY", true],
  "unmount all": [true, true],
};

describe("mounts, as mountinfo shows them afterwards", () => {
  test.for(["full", "no fsopen", "no mount_setattr", "none"])(
    "with these of the newer calls: %s",
    async (api, context) => {
      requires(context, root);
      expect(await runFixture("mounts.ts", [api])).toEqual({
        ...seen,
        new: [
          "tmpfs",
          "named",
          "nosuid,nodev,noexec,noatime",
          ["rw", "size=64k"],
        ],
        ...(api === "full" && { hint: "tmpfs: Unknown parameter 'nonsense'" }),
        inherited: [true, "ok"],
      });
    },
  );

  test.for(["full", "none"])(
    "in a user namespace, with these of the newer calls: %s",
    async (api, context) => {
      requires(context, unprivilegedUserNamespaces);
      expect(
        await runFixture("mounts.ts", [api], { uid: UNPRIVILEGED_UID }),
      ).toEqual({
        ...seen,
        new: [
          "tmpfs",
          "named",
          "nosuid,nodev,noexec,noatime",
          ["rw", "size=64k", "uid=1000", "gid=1000"],
        ],
        ...(api === "full" && { hint: "tmpfs: Unknown parameter 'nonsense'" }),
        // what the host's mount has is locked: kept where it is not to be changed, refused where it is
        inherited: [true, "EPERM"],
      });
    },
  );
});

describe("plans, performed", () => {
  const seenOfPlans = {
    new: ["named", "ro,nosuid", true],
    bind: ["nosuid", "ro,nosuid,nodev", "nosuid"],
    changed: ["noexec", true, true, true],
    "mount of": true,
  };
  const users = [
    { user: "root", uid: undefined },
    { user: "an unprivileged user", uid: UNPRIVILEGED_UID },
  ];
  test.for(users)("with all calls, as $user", async ({ uid }, context) => {
    requires(context, uid === undefined ? root : unprivilegedUserNamespaces);
    expect(
      await runFixture("plans.ts", ["full"], uid === undefined ? {} : { uid }),
    ).toEqual({
      ...seenOfPlans,
      recursive: "ok",
      rro: "ro,nosuid",
      "onto a descriptor": "ok",
      place: "nodev",
      detached: ["nosuid,nodev,noexec", "ro,nosuid", "", "ro,noexec"],
    });
  });

  test.for(users)(
    "without the newer calls, where mount(2) can do it, as $user",
    async ({ uid }, context) => {
      requires(context, uid === undefined ? root : unprivilegedUserNamespaces);
      expect(
        await runFixture(
          "plans.ts",
          ["none"],
          uid === undefined ? {} : { uid },
        ),
      ).toEqual({
        ...seenOfPlans,
        recursive: "ERR_MOUNT_UNSUPPORTED",
        "onto a descriptor": "ERR_MOUNT_UNSUPPORTED",
      });
    },
  );
});

describe("under a filter that refuses the newer calls", () => {
  test.for([
    { code: "ENOSYS", user: "root", uid: undefined },
    { code: "EPERM", user: "root", uid: undefined },
    { code: "ENOSYS", user: "an unprivileged user", uid: UNPRIVILEGED_UID },
    { code: "EPERM", user: "an unprivileged user", uid: UNPRIVILEGED_UID },
  ])(
    "with $code, everything is done all the same, as $user",
    async ({ code, uid }, context) => {
      requires(context, uid === undefined ? root : unprivilegedUserNamespaces);
      const [all, nothing] = [true, false].map((there) => ({
        openat2: there,
        openTree: there,
        fsopen: there,
        mountSetattr: there,
      }));
      expect(
        await runFixture(
          "filtered.ts",
          [code],
          uid === undefined ? {} : { uid },
        ),
      ).toEqual({
        before: all,
        after: nothing,
        refused: code,
        mounted: ["ro,nosuid", "ro", "file"],
        created: "",
        attributes: ["nosuid,noexec", "noexec"],
        idmap: "ERR_MOUNT_UNSUPPORTED",
      });
    },
  );
});

describe("ids of a bind mount are mapped", () => {
  test("of one mount, or of the tree", async (context) => {
    requires(context, root);
    expect(await runFixture("idmap.ts", ["full"])).toEqual({
      namespace: true,
      one: "ok",
      all: "ok",
      ids: [0, 100000, 0, 100000, 100000],
      "without a namespace": "ERR_MOUNT_OPTION",
    });
  });

  test("or not at all, where mount_setattr is not there", async (context) => {
    requires(context, root);
    expect(await runFixture("idmap.ts", ["none"])).toMatchObject({
      one: "ERR_MOUNT_UNSUPPORTED",
      all: "ERR_MOUNT_UNSUPPORTED",
      ids: [0, 0, null, 0, null],
    });
  });
});
