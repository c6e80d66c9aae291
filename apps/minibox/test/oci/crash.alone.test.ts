import { existsSync, readdirSync, readlinkSync } from "node:fs";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { checkoutFor, program, requires, root } from "@ns/testkit";
import { expect, test } from "vitest";
import { Bundle, uniqueId } from "../internal/bundle.ts";

/** How many times; each at another moment. */
const ROUNDS = 25;

/** Processes that are the native stage, or that have the bundle for their root. */
function leftovers(rootfs: string): string[] {
  return readdirSync("/proc").filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return (
        readlinkSync(`/proc/${pid}/exe`).includes("memfd:nsinit") ||
        readlinkSync(`/proc/${pid}/root`) === rootfs
      );
    } catch {
      // it has ended
      return false;
    }
  });
}

test("killed at any moment, it leaves what delete --force removes whole", async (context) => {
  requires(context, root, program("busybox"));
  const bundle = new Bundle().configure("sleep 100");
  const before = new Set(leftovers(bundle.rootfs));
  const file = join(checkoutFor(0), "apps/minibox/bin/minibox");
  for (let round = 0; round < ROUNDS; round++) {
    const id = uniqueId();
    const child = spawn(file, ["--root", bundle.state, "run", "-d", id], {
      cwd: bundle.directory,
      stdio: "ignore",
    });
    const ended = new Promise((resolve) => child.once("exit", resolve));
    await new Promise((resolve) => setTimeout(resolve, round * 3));
    child.kill("SIGKILL");
    await ended;
    const { code, stderr } = await bundle.minibox("delete", "--force", id);
    expect([code, stderr]).toEqual([0, ""]);
    expect(existsSync(join("/sys/fs/cgroup/pids", id))).toBe(false);
  }
  expect(bundle.ids()).toEqual([]);
  await expect
    .poll(() => leftovers(bundle.rootfs).filter((pid) => !before.has(pid)))
    .toEqual([]);
}, 120_000);
