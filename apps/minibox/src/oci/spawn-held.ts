import { closeSync, openSync } from "node:fs";
import type { Config } from "@ns/oci";
import { type Child, type Pause, spawn } from "@ns/spawn";
import { AtFlags, FileMode, invoke, mknodat } from "@ns/syscalls";
import type { BundlePlan } from "../plan/oci/container.ts";
import type { CreateOptions } from "./create-options.ts";
import { execError } from "./exec-error.ts";
import { connectTo } from "./fd-socket.ts";
import type { Runtime } from "./runtime.ts";
import { seccompOf } from "./seccomp.ts";
import { stateOf } from "./status.ts";
import type { ContainerRecord } from "./store.ts";
import { terminalOptions } from "./terminal-options.ts";

/** What is to be spawned, and what is done meanwhile. */
export interface Held {
  readonly record: ContainerRecord;
  readonly config: Config;
  readonly plan: BundlePlan;
  readonly cgroups: readonly string[];
  readonly pause: readonly Pause[];
}

/** Spawns the process up to where it waits for a byte on the FIFO. */
export async function spawnHeld(
  { store }: Runtime,
  options: CreateOptions,
  { record, config, plan, cgroups, pause }: Held,
): Promise<Child> {
  const fifo = store.fifo(options.id);
  invoke(mknodat(AtFlags.FDCWD, fifo, FileMode.IFIFO | 0o600));
  const seccomp = await seccompOf(config, {
    root: store.root,
    stateFor: (pid) =>
      stateOf({ ...record, pid }, "creating", config.annotations),
  });
  // for both ways: then it neither waits for the other end, nor sees an end of it
  const hold = openSync(fifo, "r+");
  const console_ = connectTo(options.consoleSocket);
  try {
    const child = spawn(plan.file, plan.args, {
      ...plan.options,
      ...terminalOptions(config, options, console_),
      ...(cgroups.length > 0 && { cgroup: cgroups }),
      ...(seccomp !== undefined && { seccomp }),
      pause,
      hold,
      orphan: options.detached,
    });
    await child.spawned;
    return child;
  } catch (error) {
    throw execError(error, plan.file);
  } finally {
    closeSync(hold);
    if (console_ !== undefined) closeSync(console_);
  }
}
