import { closeSync, constants, openSync, rmSync, writeSync } from "node:fs";
import type { Config } from "@ns/oci";
import type { SpawnOptions } from "@ns/spawn";
import { MiniboxError } from "../error.ts";
import { planProcess } from "../plan/oci/process.ts";
import { cgroupOf } from "./cgroup.ts";
import { namespacesOf } from "./namespaces-of.ts";
import { destroy } from "./delete.ts";
import { groupsAreFixed } from "./groups-are-fixed.ts";
import { type HookMoment, runHooks } from "./hooks.ts";
import { resctrlPause } from "./resctrl.ts";
import type { Runtime } from "./runtime.ts";
import { seccompOf } from "./seccomp.ts";
import { stateOf, statusOf } from "./status.ts";
import type { ContainerRecord } from "./store.ts";

/**
 * Lets a created container's program run: hooks, a byte into the FIFO that it waits at, hooks.
 * @throws {MiniboxError} `ERR_WRONG_STATUS` if it is not created, or was started already; `ERR_HOOK`.
 */
export async function startContainer(
  runtime: Runtime,
  record: ContainerRecord,
  config: Config,
): Promise<void> {
  const { store, log } = runtime;
  const status = statusOf(store, record);
  if (status !== "created") throw wrongStatus(status);
  const { startContainer: before, poststart } = config.hooks ?? {};
  const stateAs = (status: "created" | "running") =>
    stateOf(record, status, config.annotations);
  try {
    if (before !== undefined && before.length > 0)
      await runHooks(before, {
        ...{ name: "startContainer", state: stateAs("created") },
        ...(await insideMoment(runtime, record, config)),
      });
    const fifo = store.fifo(record.id);
    openGate(fifo);
    rmSync(fifo, { force: true });
    log.write("debug", `the container ${record.id} is started`);
    await runHooks(poststart, { name: "poststart", state: stateAs("running") });
  } catch (error) {
    if (error instanceof MiniboxError && error.code === "ERR_HOOK")
      await destroy(runtime, record, config);
    throw error;
  }
}

/**
 * Hooks of the moment are programs of the container's, which may be anybody's: they are what its process is, but for the
 * environment.
 */
async function insideMoment(
  { store }: Runtime,
  record: ContainerRecord,
  config: Config,
): Promise<Pick<HookMoment, "join" | "cwd" | "as">> {
  const { pid = 0 } = record;
  const { process } = config;
  const join = namespacesOf(pid, config);
  if (process === undefined) return { join, cwd: "/" };
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
    cgroup: Object.values(directories),
  };
  return { join, cwd: process.cwd, as };
}

function openGate(fifo: string): void {
  let fd: number;
  try {
    fd = openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // nobody waits there any more, or another start has been
    if (code === "ENXIO" || code === "ENOENT")
      throw wrongStatus(code === "ENXIO" ? "stopped" : "running");
    throw error;
  }
  try {
    writeSync(fd, "0");
  } finally {
    closeSync(fd);
  }
}

function wrongStatus(status: string): MiniboxError {
  if (status === "paused")
    return new MiniboxError(
      "ERR_WRONG_STATUS",
      "cannot start a container in the paused state",
    );
  if (status === "stopped")
    return new MiniboxError(
      "ERR_WRONG_STATUS",
      "cannot start a container that has stopped",
    );
  return new MiniboxError(
    "ERR_WRONG_STATUS",
    "cannot start an already running container",
  );
}
