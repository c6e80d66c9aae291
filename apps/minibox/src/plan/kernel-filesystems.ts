import {
  AtFlags,
  close,
  type Fd,
  mkdirat,
  mount,
  MountAttrFlags,
  MountFlags,
  mountSetattr,
  moveMount,
  MoveMountFlags,
  openat,
  OpenFlags,
  openTree,
  OpenTreeFlags,
  type Register,
  register,
  step,
  type Step,
} from "@ns/syscalls";
import { INERT, makeDetached, takeFromHost } from "./isolate.ts";

/** The kernel's file systems, made or taken while the host's root is still there. */
export interface KernelFilesystems {
  readonly proc: Register;
  readonly sys: Register;
  readonly steps: readonly Step[];
}

/**
 * Makes /proc and /sys. A sysfs shows a network namespace's devices, and is granted only to its owner: without a
 * network of one's own in a user namespace, the host's is shown.
 */
export function makeKernelFilesystems(ownsNetwork: boolean): KernelFilesystems {
  const proc = makeDetached("proc", INERT);
  const sys = ownsNetwork
    ? makeDetached("sysfs", INERT | MountAttrFlags.RDONLY)
    : takeFromHost("/sys", "the host's /sys");
  const restrict = mountSetattr(
    sys.mount,
    "",
    AtFlags.EMPTY_PATH | AtFlags.RECURSIVE,
    {
      attr_set: INERT | MountAttrFlags.RDONLY,
    },
  );
  return {
    proc: proc.mount,
    sys: sys.mount,
    steps: [...proc.steps, ...sys.steps, ...(ownsNetwork ? [] : [restrict])],
  };
}

/** Attaches them in the new root. */
export function attachKernelFilesystems({
  proc,
  sys,
}: KernelFilesystems): Step[] {
  const cgroup = mount(
    "cgroup2",
    "/sys/fs/cgroup",
    "cgroup2",
    MountFlags.RDONLY | INERT,
    null,
  );
  return [
    ...attach(proc, "/proc"),
    ...attach(sys, "/sys"),
    step(cgroup, {
      why: "our cgroup, read-only",
      // No cgroup2 in the kernel, no directory for it, or none that this user namespace may see.
      ignore: ["ENODEV", "ENOENT", "EPERM", "EBUSY"],
    }),
  ];
}

/**
 * Attaches a detached mount to a directory of the new root, which must be a directory and no symbolic link: writes
 * to /proc must reach the kernel, not a file that an image put in its place (CVE-2019-19921).
 */
function attach(detached: Fd, directory: string): Step[] {
  const place = register(`${directory} of the root`);
  const flags =
    OpenFlags.PATH |
    OpenFlags.DIRECTORY |
    OpenFlags.NOFOLLOW |
    OpenFlags.CLOEXEC;
  return [
    step(mkdirat(AtFlags.FDCWD, directory, 0o755), {
      ignore: ["EEXIST", "EROFS"],
    }),
    step(openat(AtFlags.FDCWD, directory, flags), {
      into: place,
      why: "a directory, and no link",
    }),
    step(
      moveMount(
        detached,
        "",
        place,
        "",
        MoveMountFlags.F_EMPTY_PATH | MoveMountFlags.T_EMPTY_PATH,
      ),
      {
        why: `our ${directory}`,
      },
    ),
    close(place),
  ];
}

/** Files that tell too much or do harm, as container engines mask them. */
const MASKED_FILES = [
  "/proc/kcore",
  "/proc/keys",
  "/proc/latency_stats",
  "/proc/sched_debug",
  "/proc/timer_list",
  "/proc/timer_stats",
  "/proc/interrupts",
];
const MASKED_DIRECTORIES = [
  "/proc/acpi",
  "/proc/asound",
  "/proc/scsi",
  "/sys/firmware",
  "/sys/devices/virtual/powercap",
];
const READ_ONLY = [
  "/proc/bus",
  "/proc/fs",
  "/proc/irq",
  "/proc/sys",
  "/proc/sysrq-trigger",
];

/**
 * Covers what must not be seen and makes read-only what must not be written. What a kernel does not have is passed over.
 * @param nullDevice - the host's /dev/null where it is attached in the container: before Linux 6.15 a mount that is not
 * attached cannot be copied. It is let go of.
 */
export function maskPaths(nullDevice: Register): Step[] {
  return [
    ...MASKED_FILES.flatMap((path) => maskFile(nullDevice, path)),
    close(nullDevice),
    ...MASKED_DIRECTORIES.map((path) =>
      step(
        mount(
          "tmpfs",
          path,
          "tmpfs",
          MountFlags.RDONLY | INERT,
          "size=0,nr_inodes=1",
        ),
        {
          why: `hide ${path}`,
          ignore: ["ENOENT"],
        },
      ),
    ),
    ...READ_ONLY.flatMap(makeReadOnly),
  ];
}

function maskFile(nullDevice: Register, path: string): Step[] {
  const cover = register("cover");
  const flags =
    OpenTreeFlags.CLONE | OpenTreeFlags.CLOEXEC | OpenTreeFlags.EMPTY_PATH;
  return [
    step(openTree(nullDevice, "", flags), { into: cover }),
    step(
      moveMount(cover, "", AtFlags.FDCWD, path, MoveMountFlags.F_EMPTY_PATH),
      { why: `hide ${path}`, ignore: ["ENOENT"] },
    ),
    close(cover),
  ];
}

function makeReadOnly(path: string): Step[] {
  return [
    step(mount(path, path, null, MountFlags.BIND | MountFlags.REC, null), {
      why: `${path}, read-only`,
      ignore: ["ENOENT"],
    }),
    step(
      mountSetattr(AtFlags.FDCWD, path, AtFlags.RECURSIVE, {
        attr_set: MountAttrFlags.RDONLY,
      }),
      {
        ignore: ["ENOENT"],
      },
    ),
  ];
}
