import { readFileSync } from "node:fs";
import { MiniboxError } from "../error.ts";
import type { ContainerRecord } from "./store.ts";

/** What /proc/PID/stat says of when a process was started, and whether it still runs; undefined if there is none. */
export function readStat(
  pid: number,
): { readonly startTime: string; readonly isZombie: boolean } | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // it is gone, or going
    if (code === "ENOENT" || code === "ESRCH") return undefined;
    throw error;
  }
  // the name, field 2, may have spaces and parentheses
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state = ""] = fields;
  return {
    startTime: fields[19] ?? "",
    isZombie: state === "Z" || state === "X",
  };
}

/** Whether the container's first process still runs. */
export function isAlive({ pid, startTime }: ContainerRecord): boolean {
  if (pid === undefined) return false;
  const stat = readStat(pid);
  return stat !== undefined && !stat.isZombie && stat.startTime === startTime;
}

/** Waits until the container's first process has ended. */
export async function untilEnded(
  record: ContainerRecord,
  timeoutMs = 10_000,
): Promise<void> {
  for (const end = Date.now() + timeoutMs; isAlive(record);) {
    if (Date.now() > end)
      throw new MiniboxError(
        "ERR_WRONG_STATUS",
        `container ${record.id} does not end`,
      );
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
