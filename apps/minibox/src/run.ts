import { type Child, planSpawn, spawn, type StdioOptions } from "@ns/spawn";
import type { Step } from "@ns/syscalls";
import { type Host, thisHost } from "./host/host.ts";
import type { RunOptions } from "./options.ts";
import { planContainer } from "./plan/container.ts";
import { resolveRun } from "./resolve.ts";

/** Where the command's descriptors lead, and what ends it. */
export interface RunStreams {
  /** As `spawn`'s. Default `"pipe"`; of no meaning with `terminal`. */
  readonly stdio?: StdioOptions;
  /** Aborting it kills the container. */
  readonly signal?: AbortSignal;
}

/**
 * Runs a command in a container and returns its process: PID 1 of its own world, a child of this process, with
 * nothing in between. It ends with this process.
 * @throws {MiniboxError} for options that cannot be; nothing has happened then.
 */
export function run(
  options: RunOptions,
  streams: RunStreams = {},
  host: Host = thisHost(),
): Child {
  const {
    file,
    args,
    options: spawnOptions,
  } = planContainer(resolveRun(options, host), host);
  return spawn(file, args, {
    ...spawnOptions,
    ...streams,
    killSignal: "SIGKILL",
  });
}

/** Every syscall that `run` with these options would make, in order. Nothing is run. */
export function planRun(
  options: RunOptions,
  host: Host = thisHost(),
): readonly Step[] {
  const {
    file,
    args,
    options: spawnOptions,
  } = planContainer(resolveRun(options, host), host);
  return planSpawn(file, args, spawnOptions);
}
