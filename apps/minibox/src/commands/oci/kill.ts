import { invoke, kill as killCall, Signals, SyscallError } from "@ns/syscalls";
import { MiniboxError } from "../../error.ts";
import { cgroupOf } from "../../oci/cgroup.ts";
import { deleteContainer } from "../../oci/delete.ts";
import { InitProcess } from "../../oci/init-process.ts";
import { processesOf } from "../../oci/processes.ts";
import type { Runtime } from "../../oci/runtime.ts";
import { statusOf } from "../../oci/status.ts";
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
  const cgroup = await cgroupOf(record);
  const status = statusOf(store, record);
  if (flags.has("all")) {
    const alone = status !== "stopped" || cgroup?.exists() === true;
    if (alone) signalAll(await processesOf(record), signal);
    return 0;
  }
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
}

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
  if (/^\d{1,9}$/.test(text)) return Number(text);
  const known: Readonly<Record<string, number>> = Signals;
  const name = text.toUpperCase();
  const number = known[name] ?? known[`SIG${name}`];
  if (number === undefined) throw usage(`unknown signal "${text}"`);
  return number;
}

/** `minibox delete`. */
export const remove: OciCommand = {
  words: "ID",
  about: "remove what there is of a container that has ended",
  flags: {
    "f|force": ["switch", "kill it first; it is no error if there is none"],
  },
  count: [1, 1],
  async run(runtime, flags) {
    const [id] = idOf(flags);
    await deleteContainer(runtime, id, flags.has("force"));
    return 0;
  },
};
