import type { Config } from "@ns/oci";
import type { Pause } from "@ns/spawn";
import { type BundlePlan, planBundle } from "../plan/oci/container.ts";
import { hasEarlyHooks } from "../plan/oci/hook-root.ts";
import { withActivation } from "./activation.ts";
import type { CreateOptions } from "./create-options.ts";
import { gatherFacts, type Taken } from "./gather-facts.ts";
import { hasNetDevices } from "./net-devices.ts";
import { withNotifySocket } from "./notify-socket.ts";
import type { Prepared } from "./prepare.ts";

/** The plan of a container, and where its root file system is. */
export function planOf(
  {
    id,
    bundle,
    noPivot,
    noNewKeyring,
    preserveFds,
    activatedFds,
    notifyDirectory,
  }: CreateOptions,
  { config: configured, system }: Prepared,
  taken: Taken,
): { readonly plan: BundlePlan; readonly rootfs: string } {
  const config = withNotifySocket(
    withActivation(configured, activatedFds),
    notifyDirectory,
  );
  const facts = gatherFacts(bundle, config, system, taken);
  const wishes = {
    ...{ id, noPivot, preserveFds, newKeyring: !noNewKeyring },
    cgroupAtPause: taken.cgroup?.driver === "systemd",
  };
  const plan = planBundle(config, wishes, facts);
  return { plan, rootfs: facts.rootfs };
}

/** What is done to a process while it is made. */
interface Interruptions {
  /** Whether `place` has something to do, besides network devices. */
  readonly needsPlace: boolean;
  /** Puts it where it belongs, as far as that could not be before. */
  readonly place: (pid: number) => Promise<void>;
  readonly hooks: (pid: number) => Promise<void>;
}

/** The moments when a process waits for something that is done to it. */
export function pausesFor(
  plan: BundlePlan,
  config: Config,
  { needsPlace, place, hooks }: Interruptions,
): Pause[] {
  const isPlaced = needsPlace || hasNetDevices(config);
  return [
    ...(isPlaced ? [{ after: plan.afterIsolation, run: place }] : []),
    ...(hasEarlyHooks(config) ? [{ after: plan.afterMounts, run: hooks }] : []),
  ];
}
