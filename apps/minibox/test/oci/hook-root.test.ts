import { expect, test } from "vitest";
import { exampleWith, planOf, setupOf } from "./internal/plan.ts";

const HOOK = [{ path: "/bin/true" }];

function indexIn(lines: readonly string[], part: string): number {
  return lines.findIndex((line) => line.includes(part));
}

test.each(["prestart", "createRuntime", "createContainer"])(
  "with %s hooks the mounts are attached in a root that hooks find in the host's",
  (name) => {
    const config = exampleWith((draft) => {
      draft.hooks = { [name]: HOOK };
    });
    const plan = planOf(config);
    const lines = setupOf(plan);
    const shown = indexIn(lines, '"/bundle/rootfs", MOVE_MOUNT_F_EMPTY_PATH');
    const entered = indexIn(lines, "# no path leads out of it");
    const attached = indexIn(lines, "# mounts[0]: /proc");
    const pivoted = indexIn(lines, 'pivot_root("');
    expect(shown).toBeGreaterThan(0);
    expect(entered).toBeGreaterThan(shown);
    expect(attached).toBeGreaterThan(entered);
    expect(plan.afterMounts).toBeGreaterThan(attached);
    expect(pivoted).toBeGreaterThan(plan.afterMounts);
    // the last before the pause, and the first after it
    expect(lines[plan.afterMounts - 1]).toContain("hooks see the host's root");
    expect(lines[plan.afterMounts]).toContain("fchdir");
    // nothing is left of the host's when the root is the container's
    const after = lines.slice(pivoted);
    expect(after.slice(1, 7).join("\n")).toMatch(
      /fchdir.*\nmount\(NULL, "\.".*\numount2\("\.", MNT_DETACH\).*\nchdir\("\/"\)\nclose\(.*\nclose\(/,
    );
  },
);

test.each(["startContainer", "poststart", "poststop"])(
  "%s hooks change nothing of the plan",
  (name) => {
    const without = setupOf(planOf(exampleWith(() => undefined)));
    const config = exampleWith((draft) => {
      draft.hooks = { [name]: HOOK };
    });
    expect(setupOf(planOf(config))).toEqual(without);
    expect(indexIn(without, 'pivot_root("')).toBeLessThan(
      indexIn(without, "# mounts[0]: /proc"),
    );
  },
);
