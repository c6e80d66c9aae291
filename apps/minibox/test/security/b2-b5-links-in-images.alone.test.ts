import {
  existsSync,
  lstatSync,
  mkdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { requires, run } from "@ns/testkit";
import { expect, test } from "vitest";
import { Bundle, type Draft, uniqueId } from "../internal/bundle.ts";
import { programOf, ROOT } from "../internal/callers.ts";
import { Canary, describeTree } from "./internal/canary.ts";
import { NEEDS } from "./internal/probe.ts";

/** What is not below /dev: nothing is mounted there then, and the image's own is used. */
function withoutDev({ mounts = [] }: Draft): NonNullable<Draft["mounts"]> {
  return mounts.filter(({ destination }) => !destination.startsWith("/dev"));
}

const KERNEL = [
  { type: "proc", destination: "/proc", link: "proc" },
  { type: "sysfs", destination: "/sys", link: "sys" },
  { type: "proc", destination: "/deep/er/proc", link: "deep" },
  { type: "proc", destination: "/deep/er/proc", link: "deep/er" },
  { type: "sysfs", destination: "/deep/er/sys", link: "deep/er/sys" },
] as const;

test.for(KERNEL)(
  "B2: $type at $destination is refused where /$link is a symbolic link in the image",
  async ({ type, destination, link }, context) => {
    requires(context, ...NEEDS);
    const bundle = new Bundle().configure("true", (config) => {
      config.mounts = [
        ...(config.mounts ?? []).filter((each) => each.type !== type),
        { type, destination, source: type },
      ];
    });
    const path = join(bundle.rootfs, link);
    mkdirSync(join(bundle.rootfs, "elsewhere/er/proc"), { recursive: true });
    mkdirSync(join(path, ".."), { recursive: true });
    rmSync(path, { recursive: true, force: true });
    symlinkSync("/elsewhere", path);
    const { code, stderr } = await bundle.minibox("create", uniqueId());
    expect(code).toBe(1);
    expect(stderr).toContain("ELOOP");
  },
);

test.for(["absolute", "relative"])(
  "B3: /dev that is an %s link to a directory of the host: nothing is made or removed there",
  async (kind, context) => {
    requires(context, ...NEEDS);
    const bundle = new Bundle();
    const canary = new Canary(bundle, ["ptmx", "null", "stdin"]);
    const above = kind === "relative" ? "../".repeat(20) : "";
    rmSync(join(bundle.rootfs, "dev"), { recursive: true });
    symlinkSync(`${above}${canary.path}`, join(bundle.rootfs, "dev"));
    symlinkSync(`${above}${canary.path}`, join(bundle.rootfs, "data"));
    bundle.configure("ls -d /dev/zero", (config) => {
      config.mounts = [
        ...withoutDev(config),
        { destination: "/data/below", type: "tmpfs", source: "t" },
      ];
    });
    const before = canary.state();
    const { stdout } = await bundle.minibox("run", uniqueId());
    expect(canary.state()).toEqual(before);
    // in the root it was done
    expect(existsSync(join(bundle.rootfs, canary.path, "below"))).toBe(true);
    expect(stdout).toBe("/dev/zero\n");
  },
);

test.for([true, false])(
  "B4: /dev/console that is a dangling link to a place of the host makes no file there: root.readonly %s",
  async (readonly, context) => {
    requires(context, ...NEEDS);
    const bundle = new Bundle();
    const canary = new Canary(bundle);
    symlinkSync(join(canary.path, "made"), join(bundle.rootfs, "dev/console"));
    mkdirSync(join(bundle.rootfs, "dev/pts"));
    bundle.configure("tty", (config) => {
      config.mounts = [
        ...withoutDev(config),
        {
          ...{ destination: "/dev/pts", type: "devpts", source: "devpts" },
          options: ["newinstance", "ptmxmode=0666"],
        },
      ];
      config.root = { path: "rootfs", readonly };
      if (config.process !== undefined) config.process.terminal = true;
    });
    const before = [
      canary.state(),
      describeTree(join(bundle.rootfs, canary.path)),
    ];
    await run("script", [
      "-qec",
      `${programOf(ROOT)} --root ${bundle.state} run --bundle ${bundle.directory} ${uniqueId()}`,
      "/dev/null",
    ]);
    expect([
      canary.state(),
      describeTree(join(bundle.rootfs, canary.path)),
    ]).toEqual(before);
  },
);

/** What an image may have for /dev/null. */
const FAKES: readonly (readonly [
  kind: string,
  make: (path: string) => void,
])[] = [
  [
    "a link",
    (path) => {
      symlinkSync("/etc/kept", path);
    },
  ],
  [
    "a regular file",
    (path) => {
      writeFileSync(path, "kept");
    },
  ],
];

test.for(FAKES)(
  "B5: %s for /dev/null in the image is never stdin, and keeps its owner",
  async ([, make], context) => {
    requires(context, ...NEEDS);
    const bundle = new Bundle();
    const fake = join(bundle.rootfs, "dev/null");
    make(fake);
    const kept = join(bundle.rootfs, "etc/kept");
    writeFileSync(kept, "kept");
    bundle.configure(
      "stat -L -c %t:%T /proc/self/fd/0; stat -c %u /etc/kept /dev/null",
      (config) => {
        config.mounts = withoutDev(config);
        config.linux = {
          ...config.linux,
          devices: [
            {
              ...{ path: "/dev/null", type: "c", major: 1, minor: 3 },
              ...{ fileMode: 0o666, uid: 1000, gid: 1000 },
            },
          ],
        };
      },
    );
    const { stdout } = await bundle.minibox("run", uniqueId());
    expect(stdout).toBe("1:3\n0\n0\n");
    expect([lstatSync(fake).uid, statSync(kept).uid]).toEqual([0, 0]);
  },
);

test("B5: the host's /dev/null, as stdio of another user, stays root's", async (context) => {
  requires(context, ...NEEDS);
  const before = statSync("/dev/null");
  const bundle = new Bundle().configure(
    "stat -L -c %t:%T:%u /proc/self/fd/*",
    ({ process }) => {
      if (process !== undefined) process.user = { uid: 1000, gid: 1000 };
    },
  );
  await bundle.runtimeQuietly("run", uniqueId());
  const id = uniqueId();
  await bundle.minibox("create", id);
  await bundle.runtimeQuietly("exec", "--user", "1000", id, "true");
  const { uid, gid, mode, ino } = statSync("/dev/null");
  expect({ uid, gid, mode, ino }).toEqual({
    ...{ uid: before.uid, gid: before.gid, mode: before.mode, ino: before.ino },
  });
});
