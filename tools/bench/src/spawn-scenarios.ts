import { heaps } from "./heap.ts";
import type { Action, SpawnAction } from "./protocol.ts";
import type { Catalogue, LeftOut, Scenario } from "./scenario.ts";

const TRUE = { file: "/bin/true", args: [] } as const;

/** `@ns/spawn` in its variants and `child_process.spawn`, each from a small heap and from large ones. */
export function spawnScenarios(rootfs: string | undefined): Catalogue {
  const isRoot = process.getuid?.() === 0;
  const leftOut: LeftOut[] = [];
  const scenarios: Scenario[] = [];
  const add = (id: string, title: string, action: Action): void => {
    const ours = action.kind === "spawn";
    for (const { name } of heaps)
      scenarios.push({
        id: `${id}@${name}`,
        title,
        group: "spawn",
        ours,
        heap: name,
        action,
      });
  };

  add("child_process", "`child_process.spawn`", {
    kind: "child_process",
    ...TRUE,
  });
  add("spawn-plain", "`@ns/spawn`, plain", { kind: "spawn", ...TRUE });
  const all = "`@ns/spawn`, all namespaces";
  if (isRoot) add("spawn-all", all, inNamespaces({ user: false }));
  else leftOut.push({ id: "spawn-all", title: all, reason: NEEDS_ROOT });
  add("spawn-all-user", `${all} and user`, inNamespaces({ user: true }));
  const pivot = `${isRoot ? all : `${all} and user`}, \`pivot_root\``;
  if (rootfs === undefined)
    leftOut.push({ id: "spawn-pivot", title: pivot, reason: NEEDS_BUSYBOX });
  else add("spawn-pivot", pivot, inNamespaces({ user: !isRoot, rootfs }));
  return { scenarios, leftOut };
}

/** Why a scenario with a root file system of its own cannot be run. */
export const NEEDS_BUSYBOX =
  "needs a static busybox: apt-get install busybox-static";

const NEEDS_ROOT = "needs root; without it, see the row with a user namespace";

function inNamespaces(
  namespaces: NonNullable<SpawnAction["namespaces"]>,
): SpawnAction {
  return { kind: "spawn", ...TRUE, namespaces };
}
