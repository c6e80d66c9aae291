import { readFileSync } from "node:fs";
import { availableParallelism, loadavg, release, totalmem } from "node:os";
import type { Peers } from "./peers.ts";

/** Where the figures come from, as far as they depend on it; neither names nor paths. */
export interface Machine {
  readonly cpus: number;
  readonly arch: string;
  readonly memoryBytes: number;
  readonly kernel: string;
  /** `always`, `madvise` or `never`: fork(2) copies less with huge pages. */
  readonly hugePages: string;
  readonly node: string;
  readonly root: boolean;
  /** Average of the last minute, before we started: above 0.5 someone else was at work. */
  readonly load: number;
  /** Versions of what we are compared with. */
  readonly peers: Readonly<Record<string, string>>;
}

export function describeMachine(peers: Peers): Machine {
  return {
    cpus: availableParallelism(),
    arch: process.arch,
    memoryBytes: totalmem(),
    kernel: release(),
    hugePages: readHugePages(),
    node: process.version,
    root: process.getuid?.() === 0,
    load: loadavg()[0] ?? NaN,
    peers: Object.fromEntries(
      Object.values(peers).flatMap(({ name, version }) =>
        version === undefined ? [] : [[name, version]],
      ),
    ),
  };
}

function readHugePages(): string {
  const file = "/sys/kernel/mm/transparent_hugepage/enabled";
  try {
    return /\[(\w+)\]/.exec(readFileSync(file, "utf8"))?.[1] ?? "unknown";
  } catch (error) {
    // a kernel without them
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "never";
    throw error;
  }
}
