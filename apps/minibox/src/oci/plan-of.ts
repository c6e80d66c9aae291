import type { CgroupManager } from "@ns/cgroup";
import type { Config } from "@ns/oci";
import { type BundlePlan, planBundle } from "../plan/oci/container.ts";
import { withActivation } from "./activation.ts";
import type { CreateOptions } from "./create-options.ts";
import { gatherFacts } from "./gather-facts.ts";
import type { Prepared } from "./prepare.ts";

/** The plan of a container with this cgroup, or with none of its own, and where its root file system is. */
export function planOf(
  {
    id,
    bundle,
    noPivot,
    noNewKeyring,
    preserveFds,
    activatedFds,
  }: CreateOptions,
  { config, system }: Prepared,
  cgroup: CgroupManager | undefined,
): { readonly plan: BundlePlan; readonly rootfs: string } {
  const facts = gatherFacts(bundle, config, system, cgroup);
  const wishes = {
    ...{ id, noPivot, preserveFds, newKeyring: !noNewKeyring },
    cgroupAtPause: cgroup?.driver === "systemd",
  };
  const plan = planBundle(withActivation(config, activatedFds), wishes, facts);
  return { plan, rootfs: facts.rootfs };
}

/** Whether the process waits, while it is made, for something that is done to it. */
export function pausesFor({ hooks = {} }: Config, isSystemd: boolean): boolean {
  return (
    isSystemd ||
    [hooks.prestart, hooks.createRuntime, hooks.createContainer].some(
      (list) => (list?.length ?? 0) > 0,
    )
  );
}
