import { readdirSync, readlinkSync } from "node:fs";
import { invoke, kill, Signals, SyscallError } from "@ns/syscalls";
import { MiniboxError } from "../error.ts";
import { cgroupOf } from "./cgroup.ts";
import { InitProcess } from "./init-process.ts";
import { untilEnded } from "./process-stat.ts";
import type { ContainerRecord } from "./store.ts";

/** Kills the first process, and with its PID namespace all others; returns when it has ended. */
export async function killInit(record: ContainerRecord): Promise<void> {
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
export function killWaiting(fifo: string): void {
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
