import {
  AtFlags,
  Clone3Flags,
  clone3,
  close,
  openat,
  OpenFlags,
  type Register,
  register,
  step,
  write,
  type Step,
} from "@ns/syscalls";
import type { Program } from "./program.ts";

/** Where {@link cloneIntoCgroup} leaves what it found. */
export interface ClonedIntoCgroup {
  /** The cgroup's directory, open in parent and child. */
  readonly directory?: Register;
}

/**
 * Creates the process, with the clone3 flags given, in the cgroups whose directories these are; `pid`
 * takes the result.
 *
 * A single directory of v2 by CLONE_INTO_CGROUP (Linux 5.7): one step, and nobody else moves. Otherwise
 * by way of the first stage, which moves there so that its child is born there.
 */
export function cloneIntoCgroup(
  program: Program,
  {
    flags,
    pid,
    directories,
  }: { flags: bigint; pid: Register; directories: readonly string[] },
): ClonedIntoCgroup {
  const clone = step(clone3({ flags }), {
    into: pid,
    why: "create the process in its namespaces",
  });
  const [only] = directories;
  if (directories.length !== 1 || only === undefined) {
    for (const step of directories.flatMap(enterCgroup)) program.call(step);
    program.call(clone);
    return {};
  }
  const directory = register("cgroup");
  program.call(
    step(
      openat(
        AtFlags.FDCWD,
        only,
        OpenFlags.PATH | OpenFlags.DIRECTORY | OpenFlags.CLOEXEC,
      ),
      {
        into: directory,
        why: "find the cgroup",
      },
    ),
  );
  program.call(
    step(
      clone3({ flags: flags | Clone3Flags.INTO_CGROUP, cgroup: directory }),
      {
        into: pid,
        why: "create the process in its namespaces and its cgroup",
        // Not a v2 cgroup (EBADF), or a kernel before 5.7.
        ignore: ["EBADF", "EINVAL", "E2BIG"],
        otherwise: [...enterCgroup(only), clone],
      },
    ),
  );
  return { directory };
}

/** The first stage moves into the cgroup. */
export function enterCgroup(directory: string): Step[] {
  const procs = register("cgroup.procs");
  const path = `${directory}/cgroup.procs`;
  return [
    step(openat(AtFlags.FDCWD, path, OpenFlags.WRONLY | OpenFlags.CLOEXEC), {
      into: procs,
    }),
    step(write(procs, "0"), { why: `enter the cgroup ${directory}` }),
    close(procs),
  ];
}
