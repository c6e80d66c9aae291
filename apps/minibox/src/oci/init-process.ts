import { closeSync, readFileSync } from "node:fs";
import {
  errnoMessage,
  invoke,
  pidfdOpen,
  pidfdSendSignal,
  SyscallError,
} from "@ns/syscalls";
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

/** Refers to the container's first process, which is looked at after it was opened: never another with its pid. */
export class InitProcess implements Disposable {
  readonly pidfd: number;
  readonly pid: number;

  private constructor(pid: number, pidfd: number) {
    this.pid = pid;
    this.pidfd = pidfd;
  }

  /**
   * Opens it.
   * @throws {MiniboxError} `ERR_NOT_RUNNING`
   */
  static open(record: ContainerRecord): InitProcess {
    const { pid } = record;
    const pidfd = pid === undefined ? undefined : openPidfd(pid);
    if (pid !== undefined && pidfd !== undefined) {
      const process = new InitProcess(pid, pidfd);
      if (isAlive(record)) return process;
      process[Symbol.dispose]();
    }
    throw new MiniboxError("ERR_NOT_RUNNING", "container not running");
  }

  /**
   * Sends it a signal.
   * @throws {MiniboxError} `ERR_NOT_RUNNING` if it has ended meanwhile.
   */
  signal(number: number): void {
    try {
      invoke(pidfdSendSignal(this.pidfd, number));
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      if (error.code === "ESRCH")
        throw new MiniboxError("ERR_NOT_RUNNING", "container not running", {
          cause: error,
        });
      throw new MiniboxError(
        "ERR_USAGE",
        `unable to signal init: ${errnoMessage(error.code)}`,
        { cause: error },
      );
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.pidfd);
  }
}

function openPidfd(pid: number): number | undefined {
  try {
    return invoke(pidfdOpen(pid));
  } catch (error) {
    if (error instanceof SyscallError && error.code === "ESRCH")
      return undefined;
    throw error;
  }
}
