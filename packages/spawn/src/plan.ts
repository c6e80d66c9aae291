import type { Step } from "@ns/syscalls";
import { inherited } from "@ns/syscalls";
import { buildProgram } from "./build.ts";
import { checkOptions } from "./check.ts";
import type { SpawnOptions } from "./options.ts";
import { hasPause } from "./pause.ts";
import { makeRequest } from "./request.ts";

/**
 * Every syscall that `spawn` with these arguments would have the native stage make, in order. Nothing is run or
 * opened. The numbers in an error's `step` are positions in this list, counted from 1.
 */
export function planSpawn(
  file: string,
  args: readonly string[] = [],
  options: SpawnOptions = {},
): readonly Step[] {
  checkOptions(file, args, options);
  const self = file === "/proc/self/exe" ? inherited(-1, file) : undefined;
  const ptySocket =
    options.pty === undefined ? undefined : inherited(-1, "pty socket");
  const pauseAt = hasPause(options)
    ? {
        reached: inherited(-1, "reached the pause"),
        goOn: inherited(-2, "go on"),
      }
    : undefined;
  const stdioCount = Math.max(
    3,
    Array.isArray(options.stdio) ? options.stdio.length : 0,
  );
  return buildProgram(
    makeRequest({
      ...{ file, args, options, stdioCount },
      ...{ self, ptySocket, pauseAt },
    }),
  ).steps;
}
