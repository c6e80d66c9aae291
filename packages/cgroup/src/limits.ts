import { applyBatches, noController } from "./apply.ts";
import type { ControlBatch } from "./control-write.ts";
import { filterDevicesV1, filterDevicesV2 } from "./device-filter.ts";
import { deviceListOf } from "./device-list.ts";
import { withDefaults } from "./device-rule.ts";
import { CgroupDirectory } from "./directory.ts";
import { CgroupError } from "./error.ts";
import { parseValue } from "./keyed.ts";
import type { CgroupManager } from "./manager.ts";
import { type ManagedTree, OpenTrees } from "./open-trees.ts";
import { planV1 } from "./plan-v1.ts";
import { planV2 } from "./plan-v2.ts";
import type { DeviceRule, Resources } from "./resources.ts";
import { words } from "./subtree-control.ts";

type Mode = CgroupManager["mode"];

/** What to write for these limits; all that can be found wrong before anything is done is found here. */
export function planLimits(mode: Mode, resources: Resources): ControlBatch[] {
  if (mode === "v2") return planV2(resources);
  const batches = planV1(resources);
  if (resources.devices !== undefined)
    deviceListOf(withDefaults(resources.devices));
  return batches;
}

/**
 * Checks that the controllers of a plan are there at all.
 * @throws {CgroupError} `ERR_CGROUP_NO_CONTROLLER`
 */
export function checkControllers(
  mode: Mode,
  trees: readonly ManagedTree[],
  batches: readonly ControlBatch[],
): void {
  const offered = offeredBy(mode, trees);
  for (const { writes } of batches)
    for (const write of writes)
      if (!offered.includes(write.controller)) throw noController(write);
}

function offeredBy(mode: Mode, trees: readonly ManagedTree[]): string[] {
  const [first] = trees;
  if (mode !== "v2" || first === undefined)
    return trees.flatMap(({ controllers }) => controllers);
  using root = CgroupDirectory.open(first.tree, "/");
  // files of the tree itself need no controller
  return [...words(root.read("cgroup.controllers")), "cgroup"];
}

/**
 * Checks, if that was asked for, that a new limit is not below what is used.
 * @throws {CgroupError} `ERR_CGROUP_BELOW_USAGE`
 */
export function checkUsage(
  mode: Mode,
  trees: readonly ManagedTree[],
  { memory = {} }: Resources,
): void {
  const { limit = 0, checkBeforeUpdate = false } = memory;
  if (!checkBeforeUpdate || limit <= 0) return;
  using opened = new OpenTrees(trees);
  const file = mode === "v2" ? "memory.current" : "memory.usage_in_bytes";
  const usage = parseValue(opened.directoryOf("memory")?.read(file) ?? "0");
  if (usage <= limit) return;
  throw new CgroupError(
    "ERR_CGROUP_BELOW_USAGE",
    `cannot set memory.limit to ${String(limit)}: ${String(usage)} bytes are used already`,
    {
      resource: "memory.limit",
      controller: "memory",
      value: String(limit),
      hint: "without checkBeforeUpdate the kernel reclaims memory, and on v2 kills processes if that is not enough",
    },
  );
}

/** Sets limits as planned, those on devices first: a process may be there already. */
export async function applyLimits(
  mode: Mode,
  opened: OpenTrees,
  {
    batches,
    resources,
  }: {
    readonly batches: readonly ControlBatch[];
    readonly resources: Resources;
  },
): Promise<void> {
  if (resources.devices !== undefined)
    await filterDevices(mode, opened, resources.devices);
  applyBatches(batches, (controller) => opened.directoryOf(controller));
}

async function filterDevices(
  mode: Mode,
  opened: OpenTrees,
  rules: readonly DeviceRule[],
): Promise<void> {
  const directory = opened.directoryOf("devices");
  if (directory === undefined)
    throw noController({
      resource: "devices",
      controller: "devices",
      choices: [],
    });
  if (mode === "v2") await filterDevicesV2(directory, rules);
  else filterDevicesV1(directory, rules);
}
