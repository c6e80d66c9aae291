import {
  AtFlags,
  Clone3Flags,
  clone3,
  close,
  errnoNumber,
  openat,
  OpenFlags,
  type Register,
  register,
  step,
  write,
} from "@ns/syscalls";
import type { Program } from "./program.ts";

/** The cgroup of v2 to create the process in: registers that hold -1 where there is none. */
export interface UnifiedCgroup {
  readonly directory: Register;
  /** Its cgroup.procs. */
  readonly procs: Register;
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
): UnifiedCgroup | undefined {
  if (directories.length === 0) return undefined;
  const unified = { directory: register("cgroup"), procs: register("procs") };
  program.set(unified.directory, -1);
  program.set(unified.procs, -1);
  for (const each of directories) enterCgroup(program, each, unified);
  return unified;
}

function enterCgroup(
  program: Program,
  directory: string,
  unified: UnifiedCgroup,
): void {
  const tasks = register("tasks");
  const isUnified = program.label();
  const entered = program.label();
  const flags = OpenFlags.WRONLY | OpenFlags.CLOEXEC;
  program.call(
    step(openat(AtFlags.FDCWD, `${directory}/tasks`, flags), {
      into: tasks,
      why: "is it a cgroup of v1?",
      ignore: ["ENOENT"],
    }),
  );
  program.jumpIf(tasks, "equal", -errnoNumber("ENOENT"), isUnified);
  program.call(
    step(write(tasks, "0"), { why: `enter the cgroup ${directory}` }),
  );
  program.call(close(tasks));
  program.jump(entered);
  program.place(isUnified);
  program.call(
    step(
      openat(
        AtFlags.FDCWD,
        directory,
        OpenFlags.PATH | OpenFlags.DIRECTORY | OpenFlags.CLOEXEC,
      ),
      { into: unified.directory, why: "find the cgroup" },
    ),
  );
  program.call(
    step(openat(unified.directory, "cgroup.procs", flags), {
      into: unified.procs,
      why: `enter the cgroup ${directory}`,
    }),
  );
  program.place(entered);
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
    unified,
  }: { flags: bigint; pid: Register; unified: UnifiedCgroup | undefined },
): void {
  const clone = step(clone3({ flags }), {
    into: pid,
    why: "create the process in its namespaces",
  });
  if (unified === undefined) {
    program.call(clone);
    return;
  }
  const { directory, procs } = unified;
  const notUnified = program.label();
  const created = program.label();
  program.jumpIf(directory, "equal", -1, notUnified);
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
  program.jump(created);
  program.place(notUnified);
  program.call(clone);
  program.place(created);
}
