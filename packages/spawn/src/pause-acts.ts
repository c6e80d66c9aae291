import { closeSync } from "node:fs";
import { invoke, kill, pidfdGetfd, pidfdOpen, Signals } from "@ns/syscalls";
import { SpawnError } from "./error.ts";
import type { SpawnOptions } from "./options.ts";
import { atPauses, type PauseEnds, pausesOf } from "./pause.ts";
import { peekStatus, type Report } from "./status.ts";

/** What became of the pauses so far. */
export interface Paused {
  /** What the child has said until then. */
  report?: Report;
  /** Why it goes no further: it has been killed. */
  failure?: Error;
}

/** Does, at each of the child's pauses, what is to be done there. */
export function servePauses(
  ends: PauseEnds | undefined,
  options: SpawnOptions,
  status: number,
): Paused {
  const paused: Paused = {};
  if (ends === undefined) return paused;
  const peek = (): Report & { readonly pid: number } => {
    const report = { ...paused.report, ...peekStatus(status) };
    paused.report = report;
    const { pid } = report;
    if (pid !== undefined) return { ...report, pid };
    throw new SpawnError("ERR_SPAWN_STAGE", "no process was told of");
  };
  void atPauses(ends, actsOf(options, peek)).catch((error: unknown) => {
    paused.failure =
      error instanceof Error
        ? error
        : new Error("the pause failed", { cause: error });
    // it may be waiting for whoever listens to its filter
    const { pid } = paused.report ?? {};
    if (pid !== undefined) invoke(kill(pid, Signals.SIGKILL));
  });
  return paused;
}

/** What is done at each of the child's pauses, in order; `peek` tells what it has reported by then. */
function actsOf(
  { pause, seccomp }: SpawnOptions,
  peek: () => Report & { readonly pid: number },
): (() => Promise<void>)[] {
  const acts = pausesOf(pause).map((each) => () => each.run(peek().pid));
  const give = seccomp?.listener;
  if (give === undefined) return acts;
  const giveListener = (): Promise<void> => {
    const { pid, listener } = peek();
    if (listener === undefined)
      throw new SpawnError("ERR_SPAWN_STAGE", "no listener was told of");
    return give(takeFd(pid, listener), pid);
  };
  return [...acts, async () => giveListener()];
}

/** A copy of a descriptor of a child that has not been waited for. Linux 5.6. */
function takeFd(pid: number, fd: number): number {
  const pidfd = invoke(pidfdOpen(pid));
  try {
    return invoke(pidfdGetfd(pidfd, fd));
  } finally {
    closeSync(pidfd);
  }
}
