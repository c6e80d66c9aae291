import { closeSync } from "node:fs";
import { join } from "node:path";
import type { Config, Seccomp, State } from "@ns/oci";
import type { SeccompFilter } from "@ns/spawn";
import { sendListener } from "./seccomp-listener.ts";

/** What the filter of a process depends on. */
export interface FilterFacts {
  /** Where the last filters are kept, if they are. */
  readonly root?: string;
  /** The container's state, for an agent; `pid` is the process that the filter is for. */
  readonly stateFor: (pid: number) => State;
}

/**
 * The filter of linux.seccomp, out of where the last ones are kept. What compiles it is loaded when there is one. One that
 * notifies gives its listener to the agent of the profile, without which there is no process.
 * @throws {SeccompError}
 */
export async function seccompOf(
  { linux, process }: Config,
  { root, stateFor }: FilterFacts,
): Promise<SeccompFilter | undefined> {
  const profile = linux?.seccomp;
  if (profile === undefined) return undefined;
  const { compileFilter } = await import("@ns/seccomp");
  const { filter, flags } = compileFilter(profile, {
    capabilities: process?.capabilities?.bounding ?? [],
    ...(root !== undefined && { cacheDirectory: join(root, ".seccomp") }),
  });
  if (!notifies(profile)) return { filter, flags };
  // eslint-disable-next-line @typescript-eslint/require-await -- what it throws is a rejection
  const listener = async (fd: number, pid: number): Promise<void> => {
    try {
      sendListener(profile, fd, { pid, state: stateFor(pid) });
    } finally {
      closeSync(fd);
    }
  };
  return { filter, flags, listener };
}

function notifies({ defaultAction, syscalls = [] }: Seccomp): boolean {
  const actions = [defaultAction, ...syscalls.map(({ action }) => action)];
  return actions.includes("SCMP_ACT_NOTIFY");
}
