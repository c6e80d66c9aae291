import {
  captureInts,
  close,
  dup3,
  exitGroup,
  OpenFlags,
  pipe2,
  read,
  type Register,
  register,
  step,
} from "@ns/syscalls";
import type { Program } from "./program.ts";
import { doneFd, type Request } from "./request.ts";

/**
 * A pipe whose other end only the second stage has, until execve closes it. The first stage waits for that and ends; its
 * SIGCHLD tells the caller that all has been said on the status descriptor, without a thread or a descriptor to poll.
 */
export function makeDone(program: Program, request: Request): Register {
  const ends = { read: register("done"), write: register("done's other end") };
  program.call(
    step(pipe2(captureInts(ends.read, ends.write), OpenFlags.CLOEXEC), {
      why: "to know when the command runs",
    }),
  );
  program.call(dup3(ends.write, doneFd(request), OpenFlags.CLOEXEC));
  program.call(close(ends.write));
  return ends.read;
}

/** Waits, in the first stage, until the second has become the command or is gone, and ends. */
export function endWhenDone(
  program: Program,
  request: Request,
  done: Register,
): void {
  program.call(close(doneFd(request)));
  program.call(
    step(read(done, new Uint8Array(1), 1), {
      why: "wait until the command runs",
    }),
  );
  program.call(step(exitGroup(0), { why: "the first stage is done" }));
}
