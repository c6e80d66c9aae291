import { invoke, kill as killCall, Signals, SyscallError } from "@ns/syscalls";
import { MiniboxError } from "../../error.ts";
import { cgroupOf } from "../../oci/cgroup.ts";
import { deleteContainer } from "../../oci/delete.ts";
import { InitProcess } from "../../oci/init-process.ts";
import { statusOf } from "../../oci/status.ts";
import { idOf, parseFlags, usage } from "./flags.ts";
import type { OciCommand } from "./main.ts";

/** `minibox kill`. */
export const kill: OciCommand = async ({ store }, args) => {
  const flags = parseFlags(args, { "a|all": "switch" });
  const [id, name = "SIGTERM"] = idOf(flags, "kill", 2);
  const signal = parseSignal(name);
  const record = store.read(id);
  const cgroup = await cgroupOf(record);
  if (flags.has("all") && cgroup?.exists() === true) {
    signalAll(cgroup.processes(), signal);
    return 0;
  }
  const status = statusOf(store, record);
  if (status === "stopped")
    throw new MiniboxError("ERR_NOT_RUNNING", "container not running");
  using init = InitProcess.open(record);
  if (
    signal === Signals.SIGKILL &&
    !record.ownPidNamespace &&
    cgroup?.exists() === true
  )
    await cgroup.kill();
  else init.signal(signal);
  if (signal === Signals.SIGKILL && status === "paused") await cgroup?.thaw();
  return 0;
};

function signalAll(pids: readonly number[], signal: number): void {
  for (const pid of pids) {
    try {
      invoke(killCall(pid, signal));
    } catch (error) {
      // it has ended
      if (!(error instanceof SyscallError) || error.code !== "ESRCH")
        throw error;
    }
  }
}

/** A signal by number, or by name with or without SIG. */
export function parseSignal(text: string): number {
  if (/^\d{1,2}$/.test(text) && Number(text) <= 64) return Number(text);
  const known: Readonly<Record<string, number>> = Signals;
  const name = text.toUpperCase();
  const number = known[name] ?? known[`SIG${name}`];
  if (number === undefined) throw usage(`unknown signal "${text}"`);
  return number;
}

/** `minibox delete`. */
export const remove: OciCommand = async (runtime, args) => {
  const flags = parseFlags(args, { "f|force": "switch" });
  const [id] = idOf(flags, "delete");
  await deleteContainer(runtime, id, flags.has("force"));
  return 0;
};
