import type { Config } from "@ns/oci";
import { type MountInfo, planMoveRoot } from "@ns/mount";
import {
  AtFlags,
  chdir,
  chroot,
  close,
  fchdir,
  mount,
  MountFlags,
  mountSetattr,
  moveMount,
  MoveMountFlags,
  openat,
  OpenFlags,
  pivotRoot,
  type Register,
  register,
  step,
  type Step,
  umount2,
  UmountFlags,
} from "@ns/syscalls";

/** Whether hooks are to see the container's mounts in the host's tree, before the root changes for good. */
export function hasEarlyHooks({ hooks = {} }: Config): boolean {
  const { prestart, createRuntime, createContainer } = hooks;
  return [prestart, createRuntime, createContainer].some(
    (list) => (list?.length ?? 0) > 0,
  );
}

/** What the root that hooks see is made of. */
export interface HookRootFacts {
  /** Where it is in the host's tree. */
  readonly rootfs: string;
  readonly noPivot: boolean;
  readonly mounts: readonly MountInfo[];
}

/** The way to the new root where hooks have to see both. */
export interface HookRoot {
  /** Shows the new root at its place in the host's tree, and makes it this process's: no path leads out of it. */
  readonly enter: readonly Step[];
  /** Makes the host's this process's again: hooks find both by their paths, in this mount namespace and by /proc/PID/root. */
  readonly showHost: readonly Step[];
  /** Makes it the root of the mount namespace, and lets go of the host's. */
  readonly finish: readonly Step[];
}

/**
 * Plans the way to a new root that `taken` holds. A process that joins this mount namespace while hooks run has the host's
 * tree for its root, with the container's below; this one is in the container's alone whenever it looks up a path there.
 */
export function planHookRoot(taken: Register, facts: HookRootFacts): HookRoot {
  const host = register("the host's root");
  const here = OpenFlags.PATH | OpenFlags.DIRECTORY | OpenFlags.CLOEXEC;
  const { REC, SLAVE } = MountFlags;
  return {
    enter: [
      step(
        mountSetattr(taken, "", AtFlags.EMPTY_PATH, { propagation: SLAVE }),
        { why: "pivot_root wants one that is not shared" },
      ),
      step(mount(null, "/", null, REC | SLAVE, null), {
        why: "what hooks mount and unmount here does not show on the host",
      }),
      step(openat(AtFlags.FDCWD, "/", here), {
        into: host,
        why: "the way back, for hooks",
      }),
      step(
        moveMount(
          taken,
          "",
          AtFlags.FDCWD,
          facts.rootfs,
          MoveMountFlags.F_EMPTY_PATH,
        ),
        { why: "hooks look for it there" },
      ),
      fchdir(taken),
      step(chroot("."), { why: "no path leads out of it" }),
    ],
    showHost: [
      fchdir(host),
      step(chroot("."), { why: "hooks see the host's root" }),
    ],
    finish: [
      ...(facts.noPivot
        ? planMoveRoot(facts.rootfs, { mounts: facts.mounts, isMount: true })
        : pivotFrom(host, taken)),
      close(host),
      close(taken),
    ],
  };
}

function pivotFrom(host: Register, taken: Register): Step[] {
  const { REC, PRIVATE } = MountFlags;
  return [
    step(fchdir(taken), { why: "pivot without a place for the old root" }),
    step(pivotRoot(".", "."), { why: "the new root" }),
    fchdir(host),
    step(mount(null, ".", null, REC | PRIVATE, null), {
      why: "letting go of the host's is nobody else's business",
    }),
    step(umount2(".", UmountFlags.DETACH), { why: "let go of the host's" }),
    chdir("/"),
  ];
}
