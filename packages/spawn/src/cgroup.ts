import { statfsSync } from "node:fs";
import {
  AtFlags,
  Clone3Flags,
  clone3,
  openat,
  OpenFlags,
  type Register,
  register,
  step,
  write,
} from "@ns/syscalls";
import type { Program } from "./program.ts";

/** The cgroup of v2 to create the process in, where there is one. */
export interface UnifiedCgroup {
  readonly directory?: Register;
  /** Its cgroup.procs. */
  readonly procs?: Register;
}

/**
 * Moves the first stage into the cgroups of v1, so that its child is born there, and opens the one of v2, where
 * {@link cloneIntoCgroup} creates the child.
 *
 * A cgroup of v1 is entered by its `tasks`: the kernel moves a thread that moves itself at once (Linux 5.16), but a
 * process, by cgroup.procs, only after an RCU grace period, 5 to 20 ms. The first stage has no other thread.
 */
export function enterCgroups(
  program: Program,
  directories: readonly string[],
): UnifiedCgroup {
  let unified: UnifiedCgroup = {};
  for (const each of directories) {
    if (isV1(each)) enterByTasks(program, each);
    else unified = openUnified(program, each);
  }
  return unified;
}

/** CGROUP_SUPER_MAGIC of include/uapi/linux/magic.h. */
const V1 = 0x27e0eb;

/** What is not there yet is where a directory above it is. */
function isV1(directory: string): boolean {
  try {
    return statfsSync(directory).type === V1;
  } catch (error) {
    const above = directory.slice(0, directory.lastIndexOf("/"));
    if ((error as NodeJS.ErrnoException).code === "ENOENT" && above !== "")
      return isV1(above);
    // whatever it is, to enter it will tell
    return false;
  }
}

const WRITE = OpenFlags.WRONLY | OpenFlags.CLOEXEC;

function enterByTasks(program: Program, directory: string): void {
  const tasks = register("tasks");
  const why = `enter the cgroup ${directory}`;
  program.call(
    step(openat(AtFlags.FDCWD, `${directory}/tasks`, WRITE), {
      into: tasks,
      why,
    }),
  );
  program.call(step(write(tasks, "0"), { why, closes: [tasks] }));
}

function openUnified(program: Program, path: string): UnifiedCgroup {
  const directory = register("cgroup");
  const procs = register("procs");
  const flags = OpenFlags.PATH | OpenFlags.DIRECTORY | OpenFlags.CLOEXEC;
  program.call(
    step(openat(AtFlags.FDCWD, path, flags), {
      into: directory,
      why: "find the cgroup",
    }),
  );
  program.call(
    step(openat(directory, "cgroup.procs", WRITE), {
      into: procs,
      why: `enter the cgroup ${path}`,
    }),
  );
  return { directory, procs };
}

/**
 * Creates the process, with the clone3 flags given; `pid` takes the result. In a cgroup of v2 by CLONE_INTO_CGROUP
 * (Linux 5.7): nobody else moves, and nothing is waited for.
 */
export function cloneIntoCgroup(
  program: Program,
  {
    flags,
    pid,
    unified: { directory, procs },
  }: { flags: bigint; pid: Register; unified: UnifiedCgroup },
): void {
  const clone = step(clone3({ flags }), {
    into: pid,
    why: "create the process in its namespaces",
  });
  if (directory === undefined || procs === undefined) {
    program.call(clone);
    return;
  }
  program.call(
    step(
      clone3({ flags: flags | Clone3Flags.INTO_CGROUP, cgroup: directory }),
      {
        into: pid,
        why: "create the process in its namespaces and its cgroup",
        // A kernel before 5.7, or a cgroup namespace just joined, from which the cgroup that this stage is in is not seen.
        ignore: ["EINVAL", "E2BIG", "ENOENT"],
        otherwise: [
          step(write(procs, "0"), { why: "enter the cgroup" }),
          clone,
        ],
      },
    ),
  );
}
