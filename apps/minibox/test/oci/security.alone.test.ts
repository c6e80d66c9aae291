import {
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { join } from "node:path";
import { program, requires, root } from "@ns/testkit";
import { expect, test } from "vitest";
import { Bundle, type Draft, uniqueId } from "../internal/bundle.ts";

const NEEDS = [root, program("busybox")] as const;

test("A2: the program has its descriptors, and none of ours", async (context) => {
  requires(context, ...NEEDS);
  // and not the shell itself, as its last command: ls has a directory open
  const bundle = new Bundle().configure("ls /proc/$$/fd; :");
  const own = await bundle.minibox("run", uniqueId());
  expect(
    own.stdout.split("\n").filter((fd) => fd !== "" && fd !== "10"),
  ).toEqual(["0", "1", "2"]);
});

test.each([3, 4, 5, 6, 7, 8, 9, 10, 16, 32])(
  "A3: a working directory by descriptor %i of ours is refused",
  async (fd) => {
    const bundle = new Bundle().configure("pwd", ({ process }) => {
      if (process !== undefined) process.cwd = `/proc/self/fd/${fd}`;
    });
    expect((await bundle.minibox("create", uniqueId())).code).toBe(1);
  },
);

test.each(["proc", "sys"])(
  "B2: /%s that is a symbolic link in the image is refused",
  async (name) => {
    const bundle = new Bundle().configure("true");
    rmSync(join(bundle.rootfs, name), { recursive: true });
    mkdirSync(join(bundle.rootfs, "elsewhere"));
    symlinkSync("/elsewhere", join(bundle.rootfs, name));
    const { code, stderr } = await bundle.minibox("create", uniqueId());
    expect(code).toBe(1);
    expect(stderr).toContain("ELOOP");
  },
);

test("B1, B3: links of the image to places of the host stay in the root", async (context) => {
  requires(context, ...NEEDS);
  const bundle = new Bundle();
  const canary = join(bundle.directory, "canary");
  mkdirSync(canary);
  // what the links lead to in the root
  mkdirSync(join(bundle.rootfs, canary), { recursive: true });
  rmSync(join(bundle.rootfs, "dev"), { recursive: true });
  symlinkSync(canary, join(bundle.rootfs, "dev"));
  symlinkSync(`${"../".repeat(20)}${canary}`, join(bundle.rootfs, "data"));
  const changed = ({ mounts = [] }: Draft) =>
    mounts.filter(({ destination }) => !destination.startsWith("/dev"));
  bundle.configure("ls /dev/null", (config) => {
    config.mounts = [
      ...changed(config),
      { destination: "/data/below", type: "tmpfs", source: "t" },
    ];
  });
  const { stdout } = await bundle.minibox("run", uniqueId());
  expect(readdirSync(canary)).toEqual([]);
  expect(existsSync(join(bundle.rootfs, canary, "below"))).toBe(true);
  expect(stdout).toBe("/dev/null\n");
});

test("B6: what is masked reads empty, cannot be written, and stays", async (context) => {
  requires(context, ...NEEDS);
  const script =
    "wc -c </proc/keys; (echo x >/proc/timer_list) 2>/dev/null && cat /proc/timer_list; ls /sys/firmware; umount /proc/keys 2>/dev/null || echo stays";
  const bundle = new Bundle().configure(script);
  const { stdout } = await bundle.minibox("run", uniqueId());
  expect(stdout).toBe("0\nstays\n");
});

test("D1: capability sets are those of the configuration, for exec too", async (context) => {
  requires(context, ...NEEDS);
  const bundle = new Bundle().configure(
    "while :; do sleep 0.1; done",
    ({ process }) => {
      if (process !== undefined)
        process.capabilities = {
          bounding: ["CAP_CHOWN", "CAP_KILL"],
          permitted: ["CAP_KILL"],
          effective: ["CAP_KILL"],
        };
    },
  );
  const id = uniqueId();
  await bundle.minibox("run", "-d", id);
  const expected =
    "0000000000000000\n0000000000000020\n0000000000000020\n0000000000000021\n0000000000000000\n";
  for (const pid of ["1", "self"]) {
    const { stdout } = await bundle.minibox(
      ...["exec", id, "sh", "-c", `grep Cap /proc/${pid}/status | cut -f2`],
    );
    expect(stdout).toBe(expected);
  }
});

test("E2: an id leads nowhere", async (context) => {
  requires(context, ...NEEDS);
  const bundle = new Bundle().configure("true");
  for (const id of ["..", "../x", "a/b", ".a", "a b", "a".repeat(256)]) {
    const { code, stderr } = await bundle.minibox("create", id);
    expect([code, stderr.includes("invalid container id")]).toEqual([1, true]);
  }
});
