import { inherited } from "@ns/syscalls";
import { expect, test } from "vitest";
import type { Draft } from "../internal/bundle.ts";
import { exampleWith, planOf, setupOf } from "./internal/plan.ts";

const PATH = "/proc/7/ns/mnt";
const OPEN = { mountNamespace: inherited(-1, PATH) };

function join({ linux }: Draft): void {
  const mount = linux?.namespaces?.find(({ type }) => type === "mount");
  if (mount !== undefined) mount.path = PATH;
}

function indexIn(lines: readonly string[], part: RegExp): number {
  return lines.findIndex((line) => part.test(line));
}

test("what is the host's is taken hold of before another's mount namespace is joined, and nothing of it after", () => {
  const config = exampleWith((draft) => {
    join(draft);
    draft.mounts?.push({
      ...{ destination: "/volume", type: "bind", source: "/srv" },
      options: ["bind"],
    });
  });
  const { options } = planOf(config, OPEN);
  const lines = setupOf({ options } as ReturnType<typeof planOf>);
  const joined = indexIn(lines, /^setns\(<\/proc\/7\/ns\/mnt>, CLONE_NEWNS\)/);
  const taken = [
    /^open_tree\(AT_FDCWD, "\/bundle\/rootfs"/,
    /^open_tree\(AT_FDCWD, "\/srv"/,
    /^open_tree\(AT_FDCWD, "\/dev\/null"/,
    /^fsopen\("proc"/,
  ].map((part) => indexIn(lines, part));
  expect(Math.min(...taken)).toBeGreaterThan(0);
  expect(Math.max(...taken)).toBeLessThan(joined);
  const entered = indexIn(lines, /^chroot\("\."\) # no path leads out of it/);
  expect(entered).toBeGreaterThan(joined);
  expect(indexIn(lines, /^move_mount.*# mounts\[0\]/)).toBeGreaterThan(entered);
  // until the root has changed, no path is looked up there but that of the container's own directory, by no link
  const there = lines
    .slice(joined, entered)
    .filter((line) => line.includes('"/'));
  for (const line of there)
    expect(line).toMatch(
      /^openat2\(AT_FDCWD, "\/(run(\/minibox(\/box(\/root)?)?)?)?", .*RESOLVE_NO_SYMLINKS\|RESOLVE_IN_ROOT/,
    );
  expect(lines.slice(entered).join("\n")).not.toMatch(/open_tree\(AT_FDCWD/);
});

test("nothing is done there that others would notice: no pivot_root, no change of all mounts", () => {
  const lines = setupOf(planOf(exampleWith(join), OPEN));
  expect(indexIn(lines, /^pivot_root/)).toBe(-1);
  const joined = indexIn(lines, /^setns/);
  const entered = indexIn(lines, /^chroot/);
  const there = lines.slice(joined, entered).join("\n");
  expect(there).not.toMatch(/^(mount|umount2)\(|AT_RECURSIVE/m);
});

test("hooks that come early find the root of the others, and the container's process its own when they are done", () => {
  const config = exampleWith((draft) => {
    join(draft);
    draft.hooks = { createContainer: [{ path: "/bin/true" }] };
  });
  const plan = planOf(config, OPEN);
  const lines = setupOf(plan);
  expect(lines[plan.afterMounts - 1]).toMatch(/^chroot\("\."\) # hooks see/);
  expect(lines.slice(plan.afterMounts, plan.afterMounts + 2)).toEqual([
    expect.stringMatching(/^fchdir\(<tree>\)/),
    'chroot(".")',
  ]);
});

test.each<[string, (draft: Draft) => void, object, RegExp]>([
  [
    "the host's own",
    () => undefined,
    { isOwnNamespace: () => true },
    /^cannot honour linux\.namespaces\[4\]\.path: the mount namespace '\/proc\/7\/ns\/mnt' is the host's/,
  ],
  [
    "one that a new user namespace cannot own",
    ({ linux }) => linux?.namespaces?.push({ type: "user" }),
    {},
    /^cannot honour linux\.namespaces\[4\]\.path: a new user namespace has no right/,
  ],
])("a mount namespace that is %s is an error", (_, change, facts, message) => {
  const config = exampleWith((draft) => {
    join(draft);
    change(draft);
  });
  expect(() => planOf(config, { ...OPEN, ...facts })).toThrow(message);
});
