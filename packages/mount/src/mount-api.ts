import {
  fsopen,
  invoke,
  mountSetattr,
  moveMount,
  openat2,
  openTree,
  type Syscall,
  SyscallError,
} from "@ns/syscalls";

/**
 * Which of the newer calls there are. A kernel may lack one (`ENOSYS`), and so may a process under a seccomp filter
 * (`ENOSYS` or `EPERM`).
 */
export interface MountApi {
  /** openat2(2): Linux 5.6. */
  readonly openat2: boolean;
  /** open_tree(2) and move_mount(2): Linux 5.2. */
  readonly openTree: boolean;
  /** fsopen(2), fsconfig(2), fsmount(2): Linux 5.2. */
  readonly fsopen: boolean;
  /** mount_setattr(2): Linux 5.12. */
  readonly mountSetattr: boolean;
}

/** Linux 5.12 and later, unfiltered: what plans are made for unless they are told otherwise. */
export const FULL_MOUNT_API: MountApi = {
  openat2: true,
  openTree: true,
  fsopen: true,
  mountSetattr: true,
};

/**
 * Finds out which of the newer calls work here, by calling each with arguments that it refuses; a program that
 * runs in a child of this process has the same. A caller who may not mount at all is told that `openTree` and
 * `fsopen` are not there, which makes no difference to it.
 */
export function probeMountApi(): MountApi {
  const invalid = 0x40000000;
  return {
    openat2: isThere(openat2(-1, "", { flags: 0 })),
    openTree:
      isThere(openTree(-1, "", 0)) &&
      isThere(moveMount(-1, "", -1, "", invalid)),
    fsopen: isThere(fsopen("", invalid)),
    mountSetattr: isThere(mountSetattr(-1, "", invalid, {})),
  };
}

/**
 * Whether there are detached mounts that can be configured before they are attached; from Linux 5.2 to 5.11 their
 * attributes cannot be changed, and mountinfo does not show them.
 */
export function canDetach(api: MountApi): boolean {
  return api.openTree && api.mountSetattr;
}

function isThere(refused: Syscall): boolean {
  try {
    invoke(refused);
    return true;
  } catch (error) {
    return !isMissing(error);
  }
}

/** Whether a call failed because it is not there, or a filter says so. */
export function isMissing(error: unknown): boolean {
  return (
    error instanceof SyscallError &&
    (error.code === "ENOSYS" || error.code === "EPERM")
  );
}
