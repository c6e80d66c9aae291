import { formatStep, register, type Step } from "@ns/syscalls";
import { describe, expect, test } from "vitest";
import {
  FULL_MOUNT_API,
  overlay,
  planAttach,
  planCloneTree,
  planCreate,
  planEnterRoot,
  planMount,
  planMoveRoot,
  planPivotRoot,
  planPropagation,
  planUnmount,
  parseMountinfo,
  proc,
  tmpfs,
  type MountRequest,
  type PlanMountOptions,
} from "../src/index.ts";

const old = {
  openat2: false,
  openTree: false,
  fsopen: false,
  mountSetattr: false,
};
const lines = (steps: readonly Step[]): string[] => steps.map(formatStep);
const place = register("place");

describe("what is planned", () => {
  const cases: [string, MountRequest, PlanMountOptions, string[]][] = [
    [
      "a new file system is one call",
      { type: proc(), options: "nosuid,nodev,noexec" },
      {},
      [
        'mount("proc", "/mnt", "proc", MS_NOSUID|MS_NODEV|MS_NOEXEC, "")'.replace(
          '""',
          "NULL",
        ),
      ],
    ],
    [
      "with its options, and then propagation",
      { type: "tmpfs", source: "x", options: "size=1m,ro,slave,shared" },
      {},
      [
        'mount("x", "/mnt", "tmpfs", MS_RDONLY, "size=1m")',
        'mount(NULL, "/mnt", NULL, MS_SLAVE, NULL)',
        'mount(NULL, "/mnt", NULL, MS_SHARED, NULL)',
      ],
    ],
    [
      "a plain bind mount is one call",
      { source: "/usr", options: "rbind" },
      {},
      ['mount("/usr", "/mnt", NULL, MS_BIND|MS_REC, NULL)'],
    ],
    [
      "with attributes it is made before it is seen",
      { source: "/usr", options: "rbind,ro,rnosuid,rprivate" },
      {},
      [
        'open_tree(AT_FDCWD, "/usr", OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC|AT_RECURSIVE) = </usr>',
        'mount_setattr(</usr>, "", AT_EMPTY_PATH, {attr_set=MOUNT_ATTR_RDONLY}, 32)',
        'mount_setattr(</usr>, "", AT_EMPTY_PATH|AT_RECURSIVE, {attr_set=MOUNT_ATTR_NOSUID}, 32)',
        'move_mount(</usr>, "", AT_FDCWD, "/mnt", MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_SYMLINKS)',
        'mount_setattr(</usr>, "", AT_EMPTY_PATH|AT_RECURSIVE, {attr_set=0, propagation=MS_PRIVATE}, 32)',
        "close(</usr>)",
      ],
    ],
    [
      "for an old kernel by remounting",
      { source: "/usr", options: "bind,ro" },
      { api: old, sourceAttributes: 2 },
      [
        'mount("/usr", "/mnt", NULL, MS_BIND, NULL)',
        'mount(NULL, "/mnt", NULL, MS_RDONLY|MS_NOSUID|MS_REMOUNT|MS_BIND|MS_RELATIME, NULL)',
      ],
    ],
    [
      "a mount is moved",
      { source: "/a", options: "move" },
      {},
      ['mount("/a", "/mnt", NULL, MS_MOVE, NULL)'],
    ],
    [
      "a mount is changed",
      { options: "remount,ro,size=2m" },
      {},
      ['mount(NULL, "/mnt", NULL, MS_RDONLY|MS_REMOUNT, "size=2m")'],
    ],
    [
      "propagation alone",
      { options: "runbindable" },
      {},
      ['mount(NULL, "/mnt", NULL, MS_REC|MS_UNBINDABLE, NULL)'],
    ],
    [
      "attributes of a tree alone need no mount of their own",
      { options: "remount,bind,rro" },
      {},
      [
        'mount(NULL, "/mnt", NULL, MS_REMOUNT|MS_BIND, NULL)',
        'mount_setattr(AT_FDCWD, "/mnt", AT_RECURSIVE, {attr_set=MOUNT_ATTR_RDONLY}, 32)',
      ],
    ],
    [
      "more layers than mount(2) takes go to fsopen one by one",
      {
        type: overlay({
          lower: Array.from(
            { length: 60 },
            (_, n) => `/layers/${"x".repeat(64)}/${String(n)}`,
          ),
        }),
      },
      {},
      expect.arrayContaining([
        'fsopen("overlay", FSOPEN_CLOEXEC) = <overlay context>',
        `fsconfig(<overlay context>, FSCONFIG_SET_STRING, "lowerdir+", "/layers/${"x".repeat(64)}/59", 0)`,
        "fsmount(<overlay context>, FSMOUNT_CLOEXEC, 0) = <overlay>, then close <overlay context>",
      ]) as string[],
    ],
  ];
  test.each(cases)("%s", (_, request, options, expected) => {
    expect(lines(planMount("/mnt", request, options))).toEqual(expected);
  });

  test("onto the descriptor of a place, everything is by descriptor", () => {
    expect(
      lines(
        planMount(place, {
          type: tmpfs({ size: 4096 }),
          options: "ro,nodev,slave",
        }),
      ),
    ).toEqual([
      'fsopen("tmpfs", FSOPEN_CLOEXEC) = <tmpfs context>',
      'fsconfig(<tmpfs context>, FSCONFIG_SET_STRING, "source", "tmpfs", 0)',
      'fsconfig(<tmpfs context>, FSCONFIG_SET_FLAG, "ro", NULL, 0)',
      'fsconfig(<tmpfs context>, FSCONFIG_SET_STRING, "size", "4096", 0)',
      "fsconfig(<tmpfs context>, FSCONFIG_CMD_CREATE, NULL, NULL, 0)",
      "fsmount(<tmpfs context>, FSMOUNT_CLOEXEC, MOUNT_ATTR_RDONLY|MOUNT_ATTR_NODEV) = <tmpfs>, then close <tmpfs context>",
      'move_mount(<tmpfs>, "", <place>, "", MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_EMPTY_PATH)',
      'mount_setattr(<tmpfs>, "", AT_EMPTY_PATH, {attr_set=0, propagation=MS_SLAVE}, 32)',
      "close(<tmpfs>)",
    ]);
  });

  test("a mount made early is attached late, to where it is expected or to nothing", () => {
    const made = planCreate(proc({ subset: "pid" }), { attributes: 6 });
    expect(lines(planAttach(made.mount, "/proc"))).toEqual([
      'move_mount(<proc>, "", AT_FDCWD, "/proc", MOVE_MOUNT_F_EMPTY_PATH), then close <proc>',
    ]);
    const kept = lines(
      planAttach(made.mount, place, { keep: true, ignore: ["ENOENT"] }),
    );
    expect(kept).toEqual([
      'move_mount(<proc>, "", <place>, "", MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_EMPTY_PATH) (or ENOENT)',
    ]);
    expect(lines(planCloneTree(place, { recursive: false }).steps)).toEqual([
      'open_tree(<place>, "", OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC|AT_EMPTY_PATH) = <tree>',
    ]);
  });
});

describe("what cannot be planned", () => {
  test.each<[string, MountRequest, PlanMountOptions]>([
    [
      "ERR_MOUNT_UNSUPPORTED",
      { source: "/usr", options: "rbind,rro" },
      { api: old, sourceAttributes: 0 },
    ],
    [
      "ERR_MOUNT_UNSUPPORTED",
      { source: "/usr", options: "bind,ro" },
      { api: old },
    ],
    [
      "ERR_MOUNT_UNSUPPORTED",
      { source: "/usr", options: "bind,idmap", userns: 3 },
      { api: { ...FULL_MOUNT_API, mountSetattr: false } },
    ],
    ["ERR_MOUNT_OPTION", { source: "/usr", options: "bind,size=1m" }, {}],
    ["ERR_MOUNT_OPTION", { source: "/usr", options: "bind,idmap" }, {}],
    ["ERR_MOUNT_OPTION", { type: tmpfs(), options: "size=1m" }, {}],
    ["ERR_MOUNT_OPTION", { type: "tmpfs", options: "tmpcopyup" }, {}],
    ["ERR_MOUNT_OPTION", { options: "private,size=1m" }, {}],
  ])("%s", (code, request, options) => {
    expect(() => planMount("/mnt", request, options)).toThrow(
      expect.objectContaining({ code }) as Error,
    );
  });

  test.each<[MountRequest, string]>([
    [{}, "expected a type"],
    [{ options: "ro" }, "expected a type"],
    [{ options: "bind" }, "expected what is to be bound"],
    [{ type: "" }, "expected a name of /proc/filesystems"],
    [{ type: "a/b" }, "expected a name of /proc/filesystems"],
    [{ type: "tmpfs", source: 3 }, "not a descriptor"],
    [{ type: "tmpfs", options: ["a\0"] }, "expected no NUL"],
  ])("%j is refused before anything happens", (request, message) => {
    expect(() => planMount("/mnt", request)).toThrow(TypeError);
    expect(() => planMount("/mnt", request)).toThrow(message);
  });

  test("a change of what is there, by descriptor, is what other plans are for", () => {
    expect(() => planMount(place, { options: "remount,ro" })).toThrow(
      "planSetAttributes and planAttach take descriptors",
    );
  });
});

describe("a new root", () => {
  test("is pivoted to without a place for the old one", () => {
    expect(lines(planPivotRoot("/new"))).toEqual([
      'mount("/new", "/new", NULL, MS_BIND|MS_REC, NULL)',
      'openat(AT_FDCWD, "/", O_RDONLY|O_CLOEXEC|O_PATH|O_DIRECTORY) = <old root>',
      'chdir("/new")',
      'pivot_root(".", ".")',
      "fchdir(<old root>)",
      "close(<old root>)",
      'mount(NULL, ".", NULL, MS_REC|MS_SLAVE, NULL)',
      'umount2(".", MNT_DETACH)',
      'chdir("/")',
    ]);
  });

  test("is pivoted to with one", () => {
    expect(
      lines(planPivotRoot("/new", { putOld: "old//root", isMount: true })),
    ).toEqual([
      'chdir("/new")',
      'pivot_root(".", "old/root")',
      'chdir("/")',
      'mount(NULL, "/old/root", NULL, MS_REC|MS_SLAVE, NULL)',
      'umount2("/old/root", MNT_DETACH|UMOUNT_NOFOLLOW)',
      'unlinkat(AT_FDCWD, "/old/root", AT_REMOVEDIR) (or EROFS|ENOTEMPTY)',
    ]);
  });

  const mounts = parseMountinfo(
    [
      "1 1 0:2 / / rw - rootfs rootfs rw",
      "2 1 0:3 / /proc rw - proc proc rw",
      "3 2 0:3 /sys /proc/sys ro - proc proc rw",
      "4 1 0:4 / /new/proc rw - proc proc rw",
    ].join("\n"),
  );
  test("is moved over the initial ramfs, which leaves nothing of the old one's processes in sight", () => {
    expect(lines(planEnterRoot("/new", { mounts }))).toEqual([
      'mount("/new", "/new", NULL, MS_BIND|MS_REC, NULL)',
      'chdir("/new")',
      'mount(NULL, "/proc/sys", NULL, MS_REC|MS_SLAVE, NULL)',
      'umount2("/proc/sys", MNT_DETACH) (on EINVAL|EPERM: see below)',
      'mount(NULL, "/proc", NULL, MS_REC|MS_SLAVE, NULL)',
      'umount2("/proc", MNT_DETACH) (on EINVAL|EPERM: see below)',
      'mount(".", "/", NULL, MS_MOVE, NULL)',
      'chroot(".")',
      'chdir("/")',
    ]);
    expect(planEnterRoot("/new", { mounts: mounts.slice(1) })).toEqual(
      planPivotRoot("/new"),
    );
    expect(planMoveRoot("/new", { mounts: [] })).toHaveLength(5);
  });

  test.each(["", "/old", "../old", "old/../..", "."])(
    "cannot put the old one at %j",
    (putOld) => {
      expect(() => planPivotRoot("/new", { putOld })).toThrow(TypeError);
    },
  );
  test("cannot keep the old one nowhere", () => {
    expect(() => planPivotRoot("/new", { oldRoot: "keep" })).toThrow(TypeError);
  });
});

test("propagation and unmounting are steps with names", () => {
  expect(formatStep(planPropagation("/", "rprivate"))).toBe(
    'mount(NULL, "/", NULL, MS_REC|MS_PRIVATE, NULL)',
  );
  expect(planPropagation("/", "rprivate").why).toBe(
    "nothing mounted here shows elsewhere",
  );
  expect(() => planPropagation("/", "public" as "private")).toThrow(
    "invalid propagation type 'public'",
  );
  expect(formatStep(planUnmount("/mnt", { detach: true, force: true }))).toBe(
    'umount2("/mnt", MNT_FORCE|MNT_DETACH|UMOUNT_NOFOLLOW)',
  );
});
