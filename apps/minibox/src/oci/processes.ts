import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { cgroupOf } from "./cgroup.ts";
import type { ContainerRecord } from "./store.ts";

/** The processes of a container, by its cgroup; of one that has none, those of its PID namespace and what they started. */
export async function processesOf(record: ContainerRecord): Promise<number[]> {
  const cgroup = await cgroupOf(record);
  if (cgroup?.exists() === true) return [...cgroup.processes()];
  return record.pid === undefined ? [] : belongingTo(record.pid, record);
}

function belongingTo(
  init: number,
  { ownPidNamespace }: ContainerRecord,
): number[] {
  const namespace = ownPidNamespace ? namespaceOf(init) : undefined;
  const found = new Set([init]);
  // a process may have started one with a lower id than its own
  for (let before = 0; before < found.size;) {
    before = found.size;
    for (const pid of allProcesses()) {
      const isInside =
        namespace !== undefined && namespaceOf(pid) === namespace;
      if (isInside || found.has(parentOf(pid))) found.add(pid);
    }
  }
  return [...found].sort((a, b) => a - b);
}

/** All that there are, as far as this /proc shows them. */
export function allProcesses(): number[] {
  return readdirSync("/proc").flatMap((name) =>
    /^\d+$/.test(name) ? [Number(name)] : [],
  );
}

function namespaceOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    // EACCES, ENOENT: another's, or one that has ended
    return undefined;
  }
}

function parentOf(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(text.slice(text.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    // ENOENT, ESRCH: it has ended
    return 0;
  }
}
