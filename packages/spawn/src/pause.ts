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
import type { Pause, SpawnOptions } from "./options.ts";
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

/** Whether the child waits for the caller at all. */
export function hasPause({ pause, seccomp }: SpawnOptions): boolean {
  return pausesOf(pause).length > 0 || seccomp?.listener !== undefined;
}

/** The pauses of a set-up, in the order in which they come. */
export function pausesOf(pause: SpawnOptions["pause"]): readonly Pause[] {
  return [pause ?? []].flat().toSorted((a, b) => a.after - b.after);
}

/**
 * Says, in the child, that a pause is reached, and waits; ends there if the caller is gone. The pipes are closed after the
 * last one.
 */
export function waitForCaller(
  program: Program,
  { pauseAt }: Request,
  isLast: boolean,
): void {
  if (pauseAt === undefined) return;
  const answer = register("answer");
  const go = program.label();
  const why = "wait for the caller";
  program.call(step(write(pauseAt.reached, "."), { why }));
  if (isLast) program.call(close(pauseAt.reached));
  program.call(
    step(readCall(pauseAt.goOn, new Uint8Array(1), 1), { into: answer, why }),
  );
  program.jumpIf(answer, "not-equal", 0, go);
  program.call(exitGroup(1));
  program.place(go);
  if (isLast) program.call(close(pauseAt.goOn));
}

/**
 * Runs each of `acts` once the child has come to its pause, and lets it go on; closes our ends. Nothing more is run if it
 * does not get there.
 */
export async function atPauses(
  { reached, goOn }: PauseEnds,
  acts: readonly (() => Promise<void>)[],
): Promise<void> {
  try {
    for (const act of acts) {
      if (!(await isReached(reached))) return;
      await act();
      writeSync(goOn, ".");
    }
  } finally {
    closeSync(reached);
    closeSync(goOn);
  }
}

function isReached(pipe: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    read(pipe, Buffer.alloc(1), 0, 1, null, (error, count) => {
      if (error === null) resolve(count > 0);
      else reject(error);
    });
  });
}
