import { closeSync, read, writeSync } from "node:fs";
import {
  close,
  exitGroup,
  inherited,
  invoke,
  OpenFlags,
  pipe2,
  read as readCall,
  register,
  step,
  write,
} from "@ns/syscalls";
import type { Program } from "./program.ts";
import type { PausePipes, Request } from "./request.ts";
import type { OpenedFds } from "./stdio.ts";

/** Our ends of the two pipes, and the child's. */
export interface PauseEnds {
  readonly reached: number;
  readonly goOn: number;
  readonly theirs: PausePipes;
}

export function openPause(opened: OpenedFds): PauseEnds {
  const [reached, theirReached] = openPipe();
  const [theirGoOn, goOn] = openPipe();
  opened.ours.push(reached, goOn);
  opened.childs.push(theirReached, theirGoOn);
  return {
    reached,
    goOn,
    theirs: {
      reached: inherited(theirReached, "reached the pause"),
      goOn: inherited(theirGoOn, "go on"),
    },
  };
}

function openPipe(): [readEnd: number, writeEnd: number] {
  const ends = new Int32Array(2);
  invoke(pipe2(ends, OpenFlags.CLOEXEC));
  const [readEnd = -1, writeEnd = -1] = ends;
  return [readEnd, writeEnd];
}

/** Says, in the child, that the pause is reached, and waits; ends there if the caller is gone. */
export function waitForCaller(program: Program, { pauseAt }: Request): void {
  if (pauseAt === undefined) return;
  const answer = register("answer");
  const go = program.label();
  const why = "wait for the caller";
  program.call(step(write(pauseAt.reached, "."), { why }));
  program.call(close(pauseAt.reached));
  program.call(
    step(readCall(pauseAt.goOn, new Uint8Array(1), 1), { into: answer, why }),
  );
  program.jumpIf(answer, "not-equal", 0, go);
  program.call(exitGroup(1));
  program.place(go);
  program.call(close(pauseAt.goOn));
}

/**
 * Runs `act` once the child has come to its pause, and lets it go on; closes our ends. Nothing is run if it never gets there.
 */
export async function atPause(
  { reached, goOn }: PauseEnds,
  act: () => Promise<void>,
): Promise<void> {
  try {
    const isThere = await new Promise<boolean>((resolve, reject) => {
      read(reached, Buffer.alloc(1), 0, 1, null, (error, count) => {
        if (error === null) resolve(count > 0);
        else reject(error);
      });
    });
    if (!isThere) return;
    await act();
    writeSync(goOn, ".");
  } finally {
    closeSync(reached);
    closeSync(goOn);
  }
}
