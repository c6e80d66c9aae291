import { closeSync, constants, openSync, rmSync, writeSync } from "node:fs";
import type { Config } from "@ns/oci";
import { MiniboxError } from "../error.ts";
import type { Runtime } from "./runtime.ts";
import { statusOf } from "./status.ts";
import type { ContainerRecord } from "./store.ts";

/**
 * Lets a created container's program run: hooks, a byte into the FIFO that it waits at, hooks.
 * `config` may be left out where there are no hooks.
 * @throws {MiniboxError} `ERR_WRONG_STATUS` if it is not created, or was started already; `ERR_HOOK`.
 */
export async function startContainer(
  runtime: Runtime,
  record: ContainerRecord,
  config: Config | undefined,
): Promise<void> {
  const { store, log } = runtime;
  const status = statusOf(store, record);
  if (status !== "created") throw wrongStatus(status);
  // few containers have any, and it takes 2 ms to load what runs them
  const hooks =
    config?.hooks === undefined || record.hasHooks === false
      ? undefined
      : await import("./start-hooks.ts");
  try {
    if (config !== undefined)
      await hooks?.runBeforeStart(runtime, record, config);
    const fifo = store.fifo(record.id);
    openGate(fifo);
    rmSync(fifo, { force: true });
    log.write("debug", `the container ${record.id} is started`);
    if (config !== undefined) await hooks?.runAfterStart(record, config);
  } catch (error) {
    if (error instanceof MiniboxError && error.code === "ERR_HOOK") {
      const { destroy } = await import("./delete.ts");
      await destroy(runtime, record, config);
    }
    throw error;
  }
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
