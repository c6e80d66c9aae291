import { formatStep, register } from "@ns/syscalls";
import {
  requires,
  root,
  UNPRIVILEGED_UID,
  unprivilegedUserNamespaces,
} from "@ns/testkit";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  cgroup,
  devpts,
  filesystem,
  mqueue,
  overlay,
  planConfigure,
  proc,
  tmpfs,
} from "../src/index.ts";
import { escapeLayer } from "../src/overlay.ts";
import { runFixture } from "./run-fixture.ts";

describe("file systems as text for mount(2)", () => {
  test.each([
    [tmpfs(), ""],
    [
      tmpfs({
        size: 65536,
        inodes: 5,
        mode: 0o1777,
        uid: 1,
        gid: 2,
        noswap: true,
      }),
      "size=65536,nr_inodes=5,mode=01777,uid=1,gid=2,noswap",
    ],
    [tmpfs({ size: "50%" }), "size=50%"],
    [
      proc({ hidepid: "invisible", gid: 0, subset: "pid" }),
      "hidepid=invisible,gid=0,subset=pid",
    ],
    [
      devpts({ gid: 5, mode: 0o620, ptmxMode: 0o666 }),
      "newinstance,ptmxmode=0666,mode=0620,gid=5",
    ],
    [mqueue(), ""],
    [cgroup({ controllers: ["cpu", "cpuacct"] }), "cpu,cpuacct"],
    [cgroup({ name: "systemd" }), "none,name=systemd"],
    [
      filesystem("ext4", { source: "/dev/vda", data: "data=ordered,discard" }),
      "data=ordered,discard",
    ],
    [
      filesystem("nfs", { data: ["addr=192.0.2.1", "ro"] }),
      "addr=192.0.2.1,ro",
    ],
    [filesystem("x", { data: ["k=a,b"] }), undefined],
    [filesystem("x", { data: ["y".repeat(5000)] }), undefined],
  ])("%#", ({ data }, expected) => {
    expect(data).toBe(expected);
  });

  test("a quoted value is handed over without its quotes", () => {
    const fs = filesystem("tmpfs", { data: 'context="a:b:c,d",size=1m' });
    expect(planConfigure(register("fs"), fs).map(formatStep).slice(1)).toEqual([
      'fsconfig(<fs>, FSCONFIG_SET_STRING, "context", "a:b:c,d", 0)',
      'fsconfig(<fs>, FSCONFIG_SET_STRING, "size", "1m", 0)',
    ]);
    // which for mount(2) are what keeps it together
    expect(fs.data).toBe('context="a:b:c,d",size=1m');
  });

  test("a text that fsconfig does not take is refused, and is no path", () => {
    const fs = filesystem("tmpfs", { data: [`context=${"x".repeat(300)}`] });
    expect(() => planConfigure(3, fs)).toThrow(
      "expected at most 255 bytes, not 300",
    );
  });
});

describe("what is no size, mode, id or name is refused", () => {
  test.each([
    () => tmpfs({ size: -1 }),
    () => tmpfs({ size: 1.5 }),
    () => tmpfs({ size: "half" as "1%" }),
    () => tmpfs({ size: "1%,mode=777" as "1%" }),
    () => tmpfs({ inodes: Number.NaN }),
    () => tmpfs({ mode: 0o10000 }),
    () => tmpfs({ uid: 4294967295 }),
    () => tmpfs({ gid: -1 }),
    () => devpts({ ptmxMode: -1 }),
  ])("%#", (make) => {
    expect(make).toThrow(RangeError);
  });
  test.each([
    () => cgroup({}),
    () => filesystem(""),
    () => filesystem("tmpfs", { data: ["=1"] }),
    () => filesystem("tmpfs", { data: ["a=b\0c"] }),
    () => filesystem("tmpfs", { data: ["a,b"] }),
    () => filesystem("tmpfs", { source: "a\0b" }),
    () => overlay({ lower: ["/a", "/b\0"] }),
    () => overlay({ lower: ["/a", ""] }),
  ])("%#", (make) => {
    expect(make).toThrow(TypeError);
  });
});

describe("layers", () => {
  test("are told to mount(2) in one text, and to fsconfig(2) one by one", () => {
    const fs = overlay({
      lower: ["/a:b", "/c,d"],
      upper: "/up\\",
      work: "/w",
      userxattr: true,
      volatile: true,
      xino: "off",
      redirectDir: "nofollow",
      index: false,
      metacopy: true,
    });
    expect(fs.data).toBe(
      "lowerdir=/a\\:b:/c\\,d,upperdir=/up\\\\,workdir=/w,redirect_dir=nofollow,metacopy=on,index=off,xino=off,volatile,userxattr",
    );
    expect(
      planConfigure(3, fs).map((step) => step.args.slice(2, 4).join("=")),
    ).toEqual([
      "source=overlay",
      "lowerdir+=/a:b",
      "lowerdir+=/c,d",
      "upperdir=/up\\\\",
      "workdir=/w",
      "redirect_dir=nofollow",
      "metacopy=on",
      "index=off",
      "xino=off",
      "volatile=0",
      "userxattr=0",
    ]);
  });

  test("with long paths are opened first", () => {
    const path = `/${"x".repeat(255)}`;
    const steps = planConfigure(
      register("fs"),
      overlay({ lower: [path, "/b"] }),
    ).map(formatStep);
    expect(steps.slice(1, 3)).toEqual([
      `openat(AT_FDCWD, "${path}", O_RDONLY|O_CLOEXEC|O_PATH) = <lowerdir+>`,
      'fsconfig(<fs>, FSCONFIG_SET_FD, "lowerdir+", NULL, <lowerdir+>), then close <lowerdir+>',
    ]);
  });

  test("of any name are read back by the kernel's rules", () => {
    // ovl_parse_param_split_lowerdirs and ovl_next_opt of fs/overlayfs/params.c: a backslash keeps the next character
    const split = (text: string, separator: string): string[] => {
      const parts = [""];
      for (let i = 0; i < text.length; i++) {
        const length = text[i] === "\\" ? 2 : 1;
        if (text[i] === separator) parts.push("");
        else parts.push(`${parts.pop() ?? ""}${text.slice(i, i + length)}`);
        i += length - 1;
      }
      return parts;
    };
    const name = fc.string({
      unit: fc.constantFrom("a", "\\", ":", ",", "=", " ", '"'),
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(fc.array(name, { minLength: 2, maxLength: 4 }), (lower) => {
        const [option = "", ...others] = split(
          overlay({ lower }).data ?? "",
          ",",
        );
        expect(others).toEqual([]);
        const paths = split(option.slice("lowerdir=".length), ":").map((path) =>
          path.replaceAll(/\\(.)/g, "$1"),
        );
        expect(paths).toEqual(lower);
        expect(lower.map(escapeLayer).join(":")).toBe(
          option.slice("lowerdir=".length),
        );
      }),
    );
  });

  test.each([
    [{ lower: ["/a"] }, "a single directory, read-only, is a bind mount"],
    [{ lower: [] }, undefined],
    [
      { lower: ["/a"], upper: "/u" },
      "'work' is an empty directory on the file system of 'upper'",
    ],
    [
      { lower: ["/a", "/b"], work: "/w" },
      "'work' is an empty directory on the file system of 'upper'",
    ],
    [{ lower: ["/a", "/b"], volatile: true }, undefined],
    [
      { lower: Array<string>(501).fill("/a"), upper: "/u", work: "/w" },
      undefined,
    ],
  ])("that make no overlay are refused: %#", (options, hint) => {
    const error = expect.objectContaining({
      code: "ERR_MOUNT_LAYERS",
      ...(hint !== undefined && { hint }),
    }) as Error;
    expect(() => overlay(options)).toThrow(error);
  });

  const users = [
    { user: "root", uid: undefined, apis: ["full", "none"] },
    {
      user: "an unprivileged user",
      uid: UNPRIVILEGED_UID,
      apis: ["full", "none"],
    },
  ].flatMap(({ apis, ...each }) => apis.map((api) => ({ ...each, api })));
  test.for(users)(
    "with any names, many and long ones, as $user, with these of the newer calls: $api",
    async ({ uid, api }, context) => {
      requires(context, uid === undefined ? root : unprivilegedUserNamespaces);
      const isUser = uid !== undefined;
      const args = [api, isUser ? "user" : "root"];
      const onlyByFsopen =
        api === "full"
          ? {
              "many by plan": "ok",
              "many seen by plan": 200,
              "long by plan": "ok",
              "long seen by plan": "a b c d e f g h u",
            }
          : {
              "many by plan": "ERR_MOUNT_UNSUPPORTED",
              "long by plan": "ERR_MOUNT_UNSUPPORTED",
            };
      expect(
        await runFixture("layers.ts", args, isUser ? { uid } : {}),
      ).toEqual({
        wrong: [],
        many: "ok",
        "many seen": 200,
        long: "ok",
        "long seen": "a b c d e f g h u",
        ...onlyByFsopen,
        "copied up": ["file", "changed", isUser],
        missing: "ENOENT",
      });
    },
  );
});

describe("file systems of every kind are mounted", () => {
  test.for(["full", "none"])(
    "with these of the newer calls: %s",
    async (api, context) => {
      requires(context, root);
      expect(await runFixture("kinds.ts", [api])).toEqual({
        proc: ["proc", ["object", true]],
        "proc of processes": [
          "proc",
          [false, ["rw", "hidepid=invisible", "subset=pid"]],
        ],
        sysfs: ["sysfs", true],
        devpts: [
          "devpts",
          [["ptmx"], ["rw", "gid=5", "mode=620", "ptmxmode=666", "max=4"]],
        ],
        mqueue: ["mqueue", ["rw"]],
        cgroup2: ["cgroup2", true],
        // a machine without version 1 refuses its hierarchies
        cgroup: expect.toSatisfy((value) =>
          isOneOf(value, ["cgroup", true], "EBUSY", "ENODEV", "EINVAL"),
        ) as unknown,
        "cgroup, named": expect.toSatisfy((value) =>
          isOneOf(value, ["cgroup", true], "ENODEV"),
        ) as unknown,
        tmpfs: ["tmpfs", ["711", ["rw", "nr_inodes=10", "mode=711"]]],
        "by name": ["ramfs", ["rw", "mode=700"]],
        "by quoted name": ["tmpfs", "a b"],
        self: true,
      });
    },
  );
});

function isOneOf(value: unknown, ...expected: readonly unknown[]): boolean {
  return expected.some(
    (each) => JSON.stringify(each) === JSON.stringify(value),
  );
}
