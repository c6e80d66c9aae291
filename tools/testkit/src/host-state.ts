import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parentOf, readProcesses } from "./processes.ts";

/** What a container must leave as it found it. Every entry is a readable line. */
export interface HostState {
  /** Lines of `/proc/self/mountinfo`. */
  readonly mounts: readonly string[];
  /** Processes that we started, and orphans: `pid 4711 (sleep), started 88123`. */
  readonly processes: readonly string[];
  /** Directories of every mounted cgroup hierarchy. */
  readonly cgroups: readonly string[];
  /** File descriptors of this process: `23 -> /dev/null`. */
  readonly fds: readonly string[];
  /** Entries of the temporary directory. */
  readonly temporaryFiles: readonly string[];
}

/**
 * Takes a snapshot of this host, to compare with a later one. Mounts, cgroups and the temporary directory
 * belong to everyone, so a test that compares them is in a file named `*.alone.test.ts`, which runs when no
 * other does.
 */
export function hostState(): HostState {
  const mountinfo = readFileSync("/proc/self/mountinfo", "utf8")
    .trimEnd()
    .split("\n");
  return {
    mounts: mountinfo,
    processes: ourProcesses(),
    cgroups: cgroupMounts(mountinfo).flatMap(directoriesUnder).sort(),
    fds: openFds(),
    // Directories of runs of the tests, which come and go: each removes its own.
    temporaryFiles: readdirSync(tmpdir())
      .filter((name) => !name.startsWith("ns-test-"))
      .sort(),
  };
}

/** One line for each difference, `+ process pid 4711 (sleep), started 88123`; none when they are alike. */
export function diffHostState(before: HostState, after: HostState): string[] {
  return [
    ...diff("mount", before.mounts, after.mounts),
    ...diff("process", before.processes, after.processes),
    ...diff("cgroup", before.cgroups, after.cgroups),
    ...diff("fd", before.fds, after.fds),
    ...diff("temporary file", before.temporaryFiles, after.temporaryFiles),
  ];
}

function diff(
  kind: string,
  before: readonly string[],
  after: readonly string[],
): string[] {
  const gone = before.filter((entry) => !after.includes(entry));
  const added = after.filter((entry) => !before.includes(entry));
  return [
    ...gone.map((entry) => `- ${kind} ${entry}`),
    ...added.map((entry) => `+ ${kind} ${entry}`),
  ];
}

/**
 * Our descendants, and the children of our ancestors other than our own siblings: an orphan is adopted by the
 * nearest subreaper above it, or by init. Other people's processes hang under neither.
 */
function ourProcesses(): string[] {
  const processes = readProcesses();
  const ancestors = lineage(process.ppid, processes);
  return [...processes.values()]
    .filter(({ pid, ppid, state }) => {
      if (pid === process.pid || ancestors.includes(pid)) return false;
      // a dead orphan is for its new parent to reap, and not every container's init does
      const isOrphan = ancestors.slice(1).includes(ppid) && state !== "Z";
      return lineage(pid, processes).includes(process.pid) || isOrphan;
    })
    .map(
      ({ pid, comm, startTime }) =>
        `pid ${String(pid)} (${comm}), started ${startTime}`,
    );
}

/** `pid`, its parent, and so on up to init. */
function lineage(
  pid: number,
  processes: ReturnType<typeof readProcesses>,
): number[] {
  const pids: number[] = [];
  for (
    let at: number | undefined = pid;
    at !== undefined && at > 0;
    at = parentOf(at, processes)
  )
    pids.push(at);
  return pids;
}

function cgroupMounts(mountinfo: readonly string[]): string[] {
  return mountinfo
    .filter((line) => / - cgroup2? /.test(line))
    .flatMap((line) => line.split(" ")[4] ?? []);
}

function directoriesUnder(directory: string): string[] {
  let entries;
  try {
    entries = readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    // removed since its parent was read
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
  const below = entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(directory, entry.name));
  return [...below, ...below.flatMap(directoriesUnder)];
}

function openFds(): string[] {
  return readdirSync("/proc/self/fd").flatMap((fd) => {
    try {
      return [`${fd} -> ${readlinkSync(`/proc/self/fd/${fd}`)}`];
    } catch (error) {
      // the descriptor of the reading itself
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw error;
    }
  });
}
