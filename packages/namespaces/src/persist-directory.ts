import {
  AtFlags,
  close,
  FlockOperations,
  flock,
  invokeAll,
  mkdirat,
  mount,
  MountFlags,
  openat,
  OpenFlags,
  register,
  type Step,
  step,
} from "@ns/syscalls";
import { checkPath } from "./persist.ts";

/** How {@link makePersistDirectory} mounts it. */
export interface PersistDirectoryOptions {
  /**
   * `"shared"`: what is bound in it is seen by the mount namespaces that are copied from this one, and goes there
   * too when it is removed; what `ip netns` does with /run/netns. `"private"`: seen in this mount namespace alone, without
   * which no mount namespace can be bound in it; what unshare(1) says to do for `--mount=FILE`. Default `"shared"`.
   */
  readonly propagation?: "shared" | "private" | undefined;
}

/**
 * Makes a directory in which namespaces can be bound to files: makes it if it is not there (its parent has to
 * be), and bound to itself if it is no mount point yet, so that it can have a propagation type of its own; see
 * mount_namespaces(7). Waits for others that do so with the same directory. That mount stays until it is
 * unmounted. Needs CAP_SYS_ADMIN in the user namespace of this mount namespace.
 * @throws {SyscallError} `EPERM` without it; `ENOTDIR`.
 */
export function makePersistDirectory(
  directory: string,
  options: PersistDirectoryOptions = {},
): void {
  invokeAll(persistDirectorySteps(directory, options));
}

/**
 * The same as steps.
 * @throws {TypeError | RangeError} if the path is empty, or the propagation none of the two.
 */
export function persistDirectorySteps(
  directory: string,
  { propagation = "shared" }: PersistDirectoryOptions = {},
): Step[] {
  checkPath(directory);
  const { SHARED, PRIVATE, REC, BIND } = MountFlags;
  const type = { shared: SHARED, private: PRIVATE }[propagation] as
    number | undefined;
  if (type === undefined)
    throw new RangeError(
      `invalid propagation '${propagation}': expected shared or private`,
    );
  const lock = register("lock");
  const opening = OpenFlags.RDONLY | OpenFlags.DIRECTORY | OpenFlags.CLOEXEC;
  const propagate = step(mount(null, directory, null, type | REC), {
    why: `make '${directory}' ${propagation}`,
  });
  return [
    step(mkdirat(AtFlags.FDCWD, directory, 0o755), { ignore: ["EEXIST"] }),
    step(openat(AtFlags.FDCWD, directory, opening), { into: lock }),
    step(flock(lock, FlockOperations.EX), { why: "one process at a time" }),
    {
      ...propagate,
      // not a mount point
      ignore: ["EINVAL"],
      otherwise: [
        step(mount(directory, directory, null, BIND | REC), {
          why: `make '${directory}' a mount point`,
        }),
        propagate,
      ],
    },
    close(lock),
  ];
}
