import type { Config } from "@ns/oci";
import type { SpawnOptions } from "@ns/spawn";
import { planProcess } from "../plan/oci/process.ts";
import { cgroupOf } from "./cgroup.ts";
import { ContainerRoot } from "./container-root.ts";
import { groupsAreFixed } from "./groups-are-fixed.ts";
import { type HookMoment, runHooks } from "./hooks.ts";
import { namespacesOf } from "./namespaces-of.ts";
import { resctrlPause } from "./resctrl.ts";
import type { Runtime } from "./runtime.ts";
import { seccompOf } from "./seccomp.ts";
import { stateOf } from "./status.ts";
import type { ContainerRecord } from "./store.ts";

/** Runs the startContainer hooks, inside. */
export async function runBeforeStart(
  runtime: Runtime,
  record: ContainerRecord,
  config: Config,
): Promise<void> {
  const { startContainer: hooks = [] } = config.hooks ?? {};
  if (hooks.length === 0) return;
  const state = stateOf(record, "created", config.annotations);
  using root = ContainerRoot.open(record.pid ?? 0, config);
  await runHooks(hooks, {
    ...{ name: "startContainer", state },
    ...(await insideMoment(runtime, record, { config, root })),
  });
}

/** Runs the poststart hooks. */
export async function runAfterStart(
  record: ContainerRecord,
  config: Config,
): Promise<void> {
  const state = stateOf(record, "running", config.annotations);
  await runHooks(config.hooks?.poststart, { name: "poststart", state });
}

/**
 * Hooks of the moment are programs of the container's, which may be anybody's: they are what its process is, but for the
 * environment.
 */
async function insideMoment(
  { store }: Runtime,
  record: ContainerRecord,
  { config, root }: { readonly config: Config; readonly root: ContainerRoot },
): Promise<Pick<HookMoment, "join" | "cwd" | "as">> {
  const { pid = 0 } = record;
  const { process } = config;
  const join = namespacesOf(pid, config);
  const setup = root.steps;
  if (process === undefined) return { join, cwd: "/", as: { setup } };
  const { options } = planProcess(process, {
    homeOf: () => "/",
    groupsAreFixed: groupsAreFixed(pid),
    preserveFds: 0,
  });
  const seccomp = await seccompOf(config, {
    root: store.root,
    stateFor: () => stateOf(record, "created", config.annotations),
  });
  const directories = (await cgroupOf(record))?.directories ?? {};
  const as: SpawnOptions = {
    ...options,
    ...resctrlPause(record),
    ...(seccomp !== undefined && { seccomp }),
    setup,
    cgroup: Object.values(directories),
  };
  return { join, cwd: process.cwd, as };
}
