import { closeSync } from "node:fs";
import {
  errnoMessage,
  invoke,
  pidfdOpen,
  pidfdSendSignal,
  SyscallError,
} from "@ns/syscalls";
import { MiniboxError } from "../error.ts";
import { isAlive } from "./process-stat.ts";
import type { ContainerRecord } from "./store.ts";

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
