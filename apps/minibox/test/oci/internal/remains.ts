import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";

/** Where a container may have left something. */
export interface Traces {
  readonly id: string;
  readonly bundle: string;
  /** The directory of `--root`. */
  readonly root: string;
}

/**
 * What there is of a container, one line for each thing: its state, its cgroups, and processes that name it, run in its
 * cgroups or have its root file system or its state mounted or open. None that `except` names.
 */
export function remainsOf(
  { id, bundle, root }: Traces,
  except: readonly number[] = [],
): string[] {
  return [
    ...entriesOf(root)
      // compiled filters are kept for the next container
      .filter((name) => name !== ".seccomp")
      .map((name) => `state ${join(root, name)}`),
    ...cgroupsNamed(id).map((path) => `cgroup ${path}`),
    ...mountsOf("self", bundle).map((line) => `mount ${line}`),
    ...readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .filter((pid) => ![process.pid, ...except].includes(Number(pid)))
      .flatMap((pid) => belongs(pid, { id, bundle, root })),
  ];
}

function belongs(pid: string, { id, bundle, root }: Traces): string[] {
  if (/^State:\s+Z/m.test(read(`/proc/${pid}/status`))) return [];
  const facts = {
    command: read(`/proc/${pid}/cmdline`).replaceAll("\0", " "),
    cgroup: read(`/proc/${pid}/cgroup`),
    mounts: mountsOf(pid, bundle).join(", "),
    files: linksOf(pid).join(", "),
  };
  const isOurs =
    facts.command.includes(id) ||
    facts.cgroup.includes(`/${id}`) ||
    facts.mounts !== "" ||
    facts.files.includes(root) ||
    facts.files.includes(bundle);
  return isOurs ? [`process ${pid} ${JSON.stringify(facts)}`] : [];
}

/** Lines of a mount namespace that come from a bundle, as its root file system does. */
function mountsOf(pid: string, bundle: string): string[] {
  return read(`/proc/${pid}/mountinfo`)
    .split("\n")
    .filter((line) => line.includes(`${bundle}/`));
}

function linksOf(pid: string): string[] {
  const fds = entriesOf(`/proc/${pid}/fd`).map((fd) => `/proc/${pid}/fd/${fd}`);
  return [...fds, `/proc/${pid}/root`, `/proc/${pid}/cwd`].flatMap((path) => {
    try {
      return [readlinkSync(path)];
    } catch {
      // ENOENT, ESRCH, EACCES: it has ended, or is a kernel thread
      return [];
    }
  });
}

/** The directories of all cgroups of this name, and below. */
export function cgroupsNamed(id: string): string[] {
  return read("/proc/self/mountinfo")
    .split("\n")
    .filter((line) => / - cgroup2? /.test(line))
    .flatMap((line) => directoriesBelow(line.split(" ")[4] ?? ""))
    .filter((path) => path.split("/").includes(id));
}

function directoriesBelow(path: string): string[] {
  let entries;
  try {
    entries = readdirSync(path, { withFileTypes: true });
  } catch {
    // ENOENT: another test has removed it
    return [];
  }
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(path, entry.name))
    .flatMap((below) => [below, ...directoriesBelow(below)]);
}

function entriesOf(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    // ENOENT, ESRCH: nothing was made there, or it is gone
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // ENOENT, ESRCH: it has ended
    return "";
  }
}
