import type { Config } from "@ns/oci";
import { joinedMounts } from "../plan/oci/namespaces.ts";
import { footholdIn } from "./foothold.ts";
import { runHooks } from "./hooks.ts";
import { namespacesOf } from "./namespaces-of.ts";
import { stateOf } from "./status.ts";
import type { ContainerRecord } from "./store.ts";

/**
 * Runs the hooks for which a container that is being made waits: it has its mounts then, and the host's root. In another's
 * mount namespace those are at its foothold.
 */
export async function runEarlyHooks(
  record: ContainerRecord,
  config: Config,
  directory: string,
): Promise<void> {
  const { prestart, createRuntime, createContainer } = config.hooks ?? {};
  const state = stateOf(record, "creating", config.annotations);
  await runHooks(prestart, { name: "prestart", state });
  await runHooks(createRuntime, { name: "createRuntime", state });
  await runHooks(createContainer, {
    ...{ name: "createContainer", state },
    join: namespacesOf(record.pid ?? 0, config),
    cwd:
      joinedMounts(config) === undefined
        ? record.rootfs
        : footholdIn(directory),
  });
}
