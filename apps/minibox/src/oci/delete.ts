import { readdirSync, readlinkSync } from "node:fs";
import type { Config, Hook } from "@ns/oci";
import { invoke, kill, Signals, SyscallError } from "@ns/syscalls";
import { MiniboxError } from "../error.ts";
import { cgroupOf } from "./cgroup.ts";
import { InitProcess, isAlive, untilEnded } from "./init-process.ts";
import type { Log } from "./log.ts";
import { removeCgroup } from "./remove-cgroup.ts";
import { removeResctrl } from "./resctrl.ts";
import type { Runtime } from "./runtime.ts";
import { stateOf, statusOf } from "./status.ts";
import type { ContainerRecord } from "./store.ts";

/**
 * Removes what is left of a container. One that runs is killed first, if asked; one that is only created in any case.
 * @throws {MiniboxError} `ERR_WRONG_STATUS`
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
  const config = record.hasHooks === false ? undefined : store.findConfig(id);
  await destroy(runtime, record, config);
}

/** Ends whatever there is of a container and removes it: processes, cgroup, state. Poststop hooks that fail are logged. */
export async function destroy(
  runtime: Runtime,
  record: ContainerRecord,
  config: Config | undefined,
): Promise<void> {
  const { store, log } = runtime;
  await killInit(record);
  if (record.pid === undefined) killWaiting(store.fifo(record.id));
  await removeCgroup(runtime, record, config);
  removeResctrl(record.resctrl);
  store.remove(record.id);
  const { poststop = [] } = config?.hooks ?? {};
  const annotations = record.annotations ?? config?.annotations;
  if (poststop.length > 0)
    await runPoststop(poststop, { ...record, annotations }, log);
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

/** Kills the first process, and with its PID namespace all others; returns when it has ended. */
async function killInit(record: ContainerRecord): Promise<void> {
  if (!isAlive(record)) return;
  try {
    using init = InitProcess.open(record);
    const cgroup = await cgroupOf(record);
    init.signal(Signals.SIGKILL);
    // what is frozen does not hear
    if (cgroup?.exists() === true && cgroup.frozen) await cgroup.thaw();
  } catch (error) {
    if (!(error instanceof MiniboxError) || error.code !== "ERR_NOT_RUNNING")
      throw error;
  }
  await untilEnded(record);
}

/**
 * Ends a process that waits at the FIFO of a container whose making was broken off before its pid was kept: it has that
 * open, and nobody else has.
 */
function killWaiting(fifo: string): void {
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name) || !holds(`/proc/${name}/fd`, fifo)) continue;
    try {
      invoke(kill(Number(name), Signals.SIGKILL));
    } catch (error) {
      // it has ended
      if (!(error instanceof SyscallError) || error.code !== "ESRCH")
        throw error;
    }
  }
}

function holds(directory: string, path: string): boolean {
  try {
    return readdirSync(directory).some(
      (fd) => readlinkSync(`${directory}/${fd}`) === path,
    );
  } catch {
    // another's, or one that has ended (EACCES, ENOENT)
    return false;
  }
}
