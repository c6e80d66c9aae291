import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { findProgram, requires } from "@ns/testkit";
import { expect, test } from "vitest";
import { Bundle, uniqueId } from "../internal/bundle.ts";
import { NEEDS } from "./internal/probe.ts";

const NUMBERS = [...Array.from({ length: 12 }, (_, i) => i + 3), 32, 64];

/** A parent whose descriptor `fd` is the host's root directory. */
const holding = (fd: number): string[] => [
  ...["bash", "-c", `exec "$@" ${fd}</`, "bash"],
];

function inDirectory(cwd: string): Bundle {
  return new Bundle().configure("pwd", ({ process }) => {
    if (process !== undefined) process.cwd = cwd;
  });
}

test(
  "A3: a working directory by a descriptor is refused, whichever",
  { timeout: 120_000 },
  async (context) => {
    requires(context, ...NEEDS);
    for (const fd of NUMBERS) {
      const bundle = inDirectory(`/proc/self/fd/${fd}`);
      const { code } = await bundle.through(holding(fd), "create", uniqueId());
      expect({ fd, code }).toEqual({ fd, code: 1 });
    }
  },
);

test.for(["/proc/self/fd/3", "/link", "/proc/self/fd/3/etc"])(
  "A3: a working directory outside is refused, though its descriptor is the caller's gift: %s",
  async (cwd, context) => {
    requires(context, ...NEEDS);
    const bundle = inDirectory(cwd);
    symlinkSync("/proc/self/fd/3", join(bundle.rootfs, "link"));
    const { code, stderr } = await bundle.through(
      holding(3),
      ...["create", "--preserve-fds", "1", uniqueId()],
    );
    expect(code).toBe(1);
    expect(stderr).toContain("outside of the root directory");
  },
);

test.for(["/proc/self/fd/3", "/link"])(
  "A3: exec refuses one, too: %s",
  async (cwd, context) => {
    requires(context, ...NEEDS);
    const bundle = new Bundle().configure("sleep 100");
    symlinkSync("/proc/self/fd/3", join(bundle.rootfs, "link"));
    const id = uniqueId();
    await bundle.minibox("run", "--detach", id);
    const { code, stdout, stderr } = await bundle.through(
      holding(3),
      ...["exec", "--preserve-fds", "1", "--cwd", cwd, id, "pwd"],
    );
    expect({ code, stdout }).toEqual({ code: 255, stdout: "" });
    expect(stderr).toContain("outside of the root directory");
  },
);

const ENGINES = [
  { engine: "the executable", words: [] },
  { engine: "Node", words: ["env", "MINIBOX_RUNTIME=node"] },
] as const;

/** A program that runs where no library is, by a path that leads to the host. */
const onHost = (fd: number): string[] => [
  ...[`/proc/self/fd/${fd}${findProgram("busybox") ?? ""}`, "echo", "reached"],
];

test.for(ENGINES)(
  "A4: no program is reached by a descriptor, whichever: $engine",
  { timeout: 120_000 },
  async ({ words }, context) => {
    requires(context, ...NEEDS);
    for (const fd of NUMBERS) {
      const bundle = new Bundle().configure("", ({ process }) => {
        if (process !== undefined) process.args = onHost(fd);
      });
      const { code, stdout } = await bundle.through(
        [...words, ...holding(fd)],
        ...["run", uniqueId()],
      );
      expect({ fd, ok: code === 0, stdout }).toEqual({
        ...{ fd, ok: false, stdout: "" },
      });
    }
  },
);

test.for(ENGINES)(
  "A4: nor by what exec has: $engine",
  { timeout: 60_000 },
  async ({ words }, context) => {
    requires(context, ...NEEDS);
    const bundle = new Bundle().configure("sleep 100");
    const id = uniqueId();
    await bundle.minibox("run", "--detach", id);
    for (const fd of NUMBERS) {
      for (const command of [onHost(fd), [`/proc/self/fd/${fd}`]]) {
        const { code, stdout } = await bundle.through(
          [...words, ...holding(fd)],
          ...["exec", id, ...command],
        );
        expect({ fd, ok: code === 0, stdout }).toEqual({
          ...{ fd, ok: false, stdout: "" },
        });
      }
    }
  },
);
