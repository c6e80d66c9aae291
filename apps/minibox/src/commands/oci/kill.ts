import type { CgroupManager } from "@ns/cgroup";
import { invoke, kill as killCall, Signals, SyscallError } from "@ns/syscalls";
import { MiniboxError } from "../../error.ts";
import { InitProcess } from "../../oci/init-process.ts";
import type { Runtime } from "../../oci/runtime.ts";
import { type Status, statusOf } from "../../oci/status.ts";
import type { ContainerRecord } from "../../oci/store.ts";
import { idOf, type OciCommand } from "./command.ts";
import { type ParsedFlags, usage } from "./flags.ts";

/** `minibox kill`. */
export const kill: OciCommand = {
  words: "ID [SIGNAL]",
  about: "send the first process of a container a signal; default: SIGTERM",
  flags: { "a|all": ["switch", "send it to all processes"] },
  count: [1, 2],
  run: killProcess,
};

async function killProcess(
  { store }: Runtime,
  flags: ParsedFlags,
): Promise<number> {
  const [id, name = "SIGTERM"] = idOf(flags);
  const signal = parseSignal(name);
  const record = store.read(id);
  const status = statusOf(store, record);
  if (flags.has("all")) {
    await signalAll(record, status, signal);
    return 0;
  }
  if (status === "stopped")
    throw new MiniboxError("ERR_NOT_RUNNING", "container not running");
  using init = InitProcess.open(record);
  if (signal === Signals.SIGKILL) await killAll(init, record, status);
  else init.signal(signal);
  return 0;
}

/** What has no PID namespace does not end with its first process, and what is frozen does not hear. */
async function killAll(
  init: InitProcess,
  record: ContainerRecord,
  status: Status,
): Promise<void> {
  const isFrozen = status === "paused";
  const cgroup =
    isFrozen || !record.ownPidNamespace ? await findCgroup(record) : undefined;
  if (!record.ownPidNamespace && cgroup?.exists() === true) await cgroup.kill();
  else init.signal(Signals.SIGKILL);
  if (isFrozen) await cgroup?.thaw();
}

/** Its cgroup: few signals need to know, and it takes 2 ms to load what finds it. */
async function findCgroup(
  record: ContainerRecord,
): Promise<CgroupManager | undefined> {
  const { cgroupOf } = await import("../../oci/cgroup.ts");
  return cgroupOf(record);
}

async function signalAll(
  record: ContainerRecord,
  status: Status,
  signal: number,
): Promise<void> {
  const isThere =
    status !== "stopped" || (await findCgroup(record))?.exists() === true;
  if (!isThere) return;
  const { processesOf } = await import("../../oci/processes.ts");
  for (const pid of await processesOf(record)) {
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
  if (/^\d{1,9}$/.test(text)) return Number(text);
  const known: Readonly<Record<string, number>> = Signals;
  const name = text.toUpperCase();
  const number = known[name] ?? known[`SIG${name}`];
  if (number === undefined) throw usage(`unknown signal "${text}"`);
  return number;
}
