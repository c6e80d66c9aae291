import { readFileSync } from "node:fs";
import type { Config } from "@ns/oci";
import { MiniboxError } from "../error.ts";
import { cgroupFor } from "./cgroup.ts";
import { allProcesses } from "./processes.ts";
import { readStat } from "./process-stat.ts";
import type { Runtime } from "./runtime.ts";
import type { ContainerRecord } from "./store.ts";

/** What was killed just now may need as long to be gone. */
const PATIENCE_MS = 1000;

/**
 * Of a container whose record is lost, the processes that may be its own are looked for: where its configuration puts them, or
 * else in cgroups that have its name. They are not killed, for another runtime's container, or that of another `--root`, may
 * have the same name; but what is left of the container stays as long as they run. Where they may be elsewhere there is a warning.
 * @throws {MiniboxError} `ERR_STATE`
 */
export async function refuseToForget(
  runtime: Runtime,
  { id }: Pick<ContainerRecord, "id">,
  config: Config | undefined,
): Promise<void> {
  let pids = await candidates(runtime, id, config);
  for (const end = Date.now() + PATIENCE_MS; pids.length > 0;) {
    if (Date.now() > end) throw mayRun(runtime, id, pids);
    await new Promise((resolve) => setTimeout(resolve, 10));
    pids = await candidates(runtime, id, config);
  }
  const hasCgroup = !runtime.rootless && runtime.cgroupManager !== "disabled";
  if (config !== undefined && hasCgroup) return;
  runtime.log.write(
    "warning",
    `cannot tell whether container ${id} had processes: what was kept of it is damaged; none are in a cgroup of that name`,
  );
}

function mayRun(
  { store }: Runtime,
  id: string,
  pids: readonly number[],
): MiniboxError {
  return new MiniboxError(
    "ERR_STATE",
    `cannot delete container ${id}: what was kept of it is damaged, and these processes may be its own: ${pids.join(", ")}`,
    {
      hint: `end them if they are; if they are not, remove ${store.directory(id)}`,
    },
  );
}

async function candidates(
  { cgroupManager }: Runtime,
  id: string,
  config: Config | undefined,
): Promise<number[]> {
  const cgroup =
    config === undefined || cgroupManager === "disabled"
      ? undefined
      : await cgroupFor(id, config, cgroupManager);
  const configured = cgroup?.exists() === true ? cgroup.processes() : [];
  const named = allProcesses().filter((pid) => isNamed(pid, id));
  return [...new Set([...configured, ...named])].filter(
    (pid) => pid !== process.pid && readStat(pid)?.isZombie === false,
  );
}

/** Whether a process is in, or below, a cgroup that engines would give a container of this id: `/ID`, `/prefix-ID.scope`. */
function isNamed(pid: number, id: string): boolean {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/cgroup`, "utf8");
  } catch {
    // ENOENT, ESRCH: it has ended
    return false;
  }
  return text.split(/[/\n]/).some((component) => {
    const name = component.replace(/\.scope$/, "");
    return name === id || name.endsWith(`-${id}`);
  });
}
