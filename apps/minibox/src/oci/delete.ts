import type { Config, Hook } from "@ns/oci";
import { MiniboxError } from "../error.ts";
import { isAlive } from "./process-stat.ts";
import type { Log } from "./log.ts";
import { removeCgroup } from "./remove-cgroup.ts";
import type { Runtime } from "./runtime.ts";
import { stateOf, statusOf } from "./status.ts";
import type { ContainerRecord, Store } from "./store.ts";

/**
 * Removes what is left of a container. One that runs is killed first, if asked; one that is only created in any case.
 * @throws {MiniboxError} `ERR_WRONG_STATUS`; `ERR_STATE` if what was kept of it is lost, and it may run.
 */
export async function deleteContainer(
  runtime: Runtime,
  id: string,
  force: boolean,
): Promise<void> {
  const { store } = runtime;
  const record = store.find(id);
  if (record === undefined) {
    if (force) return;
    throw new MiniboxError("ERR_NO_CONTAINER", "container does not exist");
  }
  const status = statusOf(store, record);
  if (status !== "stopped" && status !== "created" && !force) {
    throw new MiniboxError(
      "ERR_WRONG_STATUS",
      `cannot delete container ${id} that is not stopped: ${status}`,
      { hint: "minibox delete --force kills it first" },
    );
  }
  await destroy(runtime, record, await configFor(store, record));
}

/** Its configuration, where that is needed. */
async function configFor(
  store: Store,
  record: ContainerRecord,
): Promise<Config | undefined> {
  if (record.hasHooks === false) return undefined;
  const { findStoredConfig } = await import("./stored-config.ts");
  return findStoredConfig(store, record.id);
}

/** Ends whatever there is of a container and removes it: processes, cgroup, state. Poststop hooks that fail are logged. */
export async function destroy(
  runtime: Runtime,
  record: ContainerRecord,
  config: Config | undefined,
): Promise<void> {
  const { store, log } = runtime;
  await endProcesses(store, record);
  await removeCgroup(runtime, record, config);
  if (record.damaged !== undefined) {
    const { refuseToForget } = await import("./refuse-to-forget.ts");
    await refuseToForget(runtime, record, config);
  }
  if (record.resctrl !== undefined)
    (await import("./resctrl.ts")).removeResctrl(record.resctrl);
  store.remove(record.id);
  const { poststop = [] } = config?.hooks ?? {};
  const annotations = record.annotations ?? config?.annotations;
  if (poststop.length > 0)
    await runPoststop(poststop, { ...record, annotations }, log);
}

/** Most have ended: what it takes to kill one is loaded for the others. */
async function endProcesses(
  store: Store,
  record: ContainerRecord,
): Promise<void> {
  const isUnknown = record.pid === undefined;
  if (!isUnknown && !isAlive(record)) return;
  const { killInit, killWaiting } = await import("./kill-init.ts");
  if (isUnknown) killWaiting(store.fifo(record.id));
  else await killInit(record);
}

async function runPoststop(
  hooks: readonly Hook[],
  record: ContainerRecord,
  log: Log,
): Promise<void> {
  const ended = { ...record, pid: undefined };
  const state = stateOf(ended, "stopped", record.annotations);
  // few containers have any, and it takes 2 ms to load what runs them
  const { runHooks } = await import("./hooks.ts");
  try {
    await runHooks(hooks, { name: "poststop", state });
  } catch (error) {
    log.write(
      "warning",
      error instanceof Error ? error.message : String(error),
    );
  }
}
