import { accessSync, constants, readFileSync } from "node:fs";
import { parentCgroupPath } from "./cgroup-path.ts";
import { CgroupDirectory } from "./directory.ts";
import { CgroupError } from "./error.ts";
import { errnoOf } from "./file-error.ts";
import { directoryPath, type Located, withDirectory } from "./located.ts";
import { ownProcesses } from "./process-list.ts";
import type { CgroupSystem } from "./system.ts";

/** Whom a cgroup is given to. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** What a delegate may write on kernels that do not say (before Linux 4.15), and on v1; see cgroups(7). */
const DELEGATED_FILES: Readonly<Record<1 | 2, readonly string[]>> = {
  1: ["cgroup.procs", "tasks"],
  2: ["cgroup.procs", "cgroup.subtree_control", "cgroup.threads"],
};

/**
 * Gives a cgroup to a user, who can then make cgroups in it and move processes between them, though not lift its
 * limits: the directory and the files that the kernel lists in /sys/kernel/cgroup/delegate.
 */
export function delegateCgroup(
  { tree, path }: Located,
  { uid, gid }: Owner,
): void {
  using directory = CgroupDirectory.open(tree, path);
  directory.chown(".", uid, gid);
  const files = tree.version === 2 ? readDelegatedFiles() : DELEGATED_FILES[1];
  // the kernel lists also files of controllers that are not on here
  for (const file of files) directory.chown(file, uid, gid);
}

/** The files that may be given to a delegate; see cgroups(7). */
export function readDelegatedFiles(): readonly string[] {
  try {
    return readFileSync("/sys/kernel/cgroup/delegate", "utf8")
      .split("\n")
      .filter((line) => line !== "");
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
    return DELEGATED_FILES[2];
  }
}

/** A cgroup in which this process may make others. */
export interface DelegatedCgroup {
  readonly path: string;
  /** It has processes, and so cannot hand controllers on before they are moved: see `vacate`. */
  readonly hasProcesses: boolean;
}

/**
 * The cgroup of v2 below which this process may make others, with limits: the one above its own if that is its
 * user's, since its own has a process in it, this one; else its own.
 * @throws {CgroupError} `ERR_CGROUP_NOT_DELEGATED` if it may not write to either; `ERR_CGROUP_NOT_FOUND` without v2.
 */
export function findDelegated(system: CgroupSystem): DelegatedCgroup {
  const { v2 } = system;
  if (v2?.own === undefined)
    throw new CgroupError(
      "ERR_CGROUP_NOT_FOUND",
      "cannot find a delegated cgroup: this process is in no cgroup of v2 that is mounted",
      {
        hint: "see findmnt -t cgroup2 and /proc/self/cgroup",
      },
    );
  const { own } = v2;
  const candidates = own === "/" ? [own] : [parentCgroupPath(own), own];
  for (const path of candidates) {
    const located = { tree: v2, path, controllers: [] };
    if (withDirectory(located, mayManage) !== true) continue;
    // the root of the whole hierarchy may have both
    const isTop =
      withDirectory(located, (directory) => directory.has("cgroup.type")) ===
      false;
    const processes = withDirectory(located, ownProcesses) ?? [];
    return { path, hasProcesses: !isTop && processes.length > 0 };
  }
  const path = directoryPath({ tree: v2, path: own, controllers: [] });
  throw new CgroupError(
    "ERR_CGROUP_NOT_DELEGATED",
    `cannot make cgroups in '${path}', where this process is, nor above: they are another user's`,
    {
      path,
      hint: "start with systemd-run --user --scope -p Delegate=yes, log in with systemd as your session manager, or use the systemd driver",
    },
  );
}

function mayManage(directory: CgroupDirectory): boolean {
  return [".", "cgroup.procs", "cgroup.subtree_control"].every((file) => {
    try {
      accessSync(directory.at(file), constants.W_OK);
      return true;
    } catch (error) {
      const errno = errnoOf(error);
      if (
        errno === "EACCES" ||
        errno === "EROFS" ||
        errno === "EPERM" ||
        errno === "ENOENT"
      )
        return false;
      throw error;
    }
  });
}
