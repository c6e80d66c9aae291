import {
  AtFlags,
  FileMode,
  mkdirat,
  mknodat,
  mount,
  MountAttrFlags,
  MountFlags,
  mountSetattr,
  moveMount,
  MoveMountFlags,
  type Register,
  step,
  type Step,
  symlinkat,
  close,
} from "@ns/syscalls";
import { takeFromHost } from "./isolate.ts";

/** The devices every container has, beside `null`. */
const OTHER_DEVICES = ["zero", "full", "random", "urandom", "tty"];

/** The links that programs expect in /dev. */
export const LINKS = {
  fd: "/proc/self/fd",
  stdin: "/proc/self/fd/0",
  stdout: "/proc/self/fd/1",
  stderr: "/proc/self/fd/2",
  core: "/proc/kcore",
  ptmx: "pts/ptmx",
} as const;

/** The group that terminals belong to, `tty` on Debian and most others. */
const TTY_GID = 5;

/** The host's device files. */
export interface HostDevices {
  readonly taken: readonly {
    readonly name: string;
    readonly mount: Register;
  }[];
  /** The /dev/null among them, which stays open: files are covered with it. */
  readonly nullDevice: Register;
  readonly steps: readonly Step[];
}

/**
 * Takes the host's device files, read-only: what is written to a device still gets there, but its mode and owner stay.
 * Everything else in a container is mounted nodev, so that a device that root makes in there (CAP_MKNOD) cannot be opened.
 */
export function takeDevices(): HostDevices {
  const nullDevice = { name: "null", ...takeFromHost("/dev/null", "a device") };
  const others = OTHER_DEVICES.map((name) => ({
    name,
    ...takeFromHost(`/dev/${name}`, "a device"),
  }));
  const taken = [nullDevice, ...others];
  return {
    taken,
    nullDevice: nullDevice.mount,
    steps: taken.flatMap(({ mount, steps }) => [
      ...steps,
      mountSetattr(mount, "", AtFlags.EMPTY_PATH, { attr_set: DEVICE }),
    ]),
  };
}

/** What a device's own mount is. */
export const DEVICE: number =
  MountAttrFlags.RDONLY | MountAttrFlags.NOSUID | MountAttrFlags.NOEXEC;

/** Makes /dev: the devices, a devpts of its own, shared memory and message queues. */
export function makeDev(
  devices: HostDevices,
  ttyGroupIsMapped: boolean,
): Step[] {
  const pts = `newinstance,ptmxmode=0666,mode=0620${ttyGroupIsMapped ? `,gid=${TTY_GID}` : ""}`;
  const { NOSUID, NODEV, NOEXEC, STRICTATIME } = MountFlags;
  return [
    step(mkdirat(AtFlags.FDCWD, "/dev", 0o755), {
      ignore: ["EEXIST", "EROFS"],
    }),
    step(
      mount(
        "tmpfs",
        "/dev",
        "tmpfs",
        NOSUID | NODEV | NOEXEC | STRICTATIME,
        "mode=0755,size=64k",
      ),
      { why: "our /dev" },
    ),
    ...devices.taken.flatMap(({ name, mount }) => [
      ...attachDevice(`/dev/${name}`, mount),
      ...(mount === devices.nullDevice ? [] : [close(mount)]),
    ]),
    ...Object.entries(LINKS).map(([name, target]) =>
      symlinkat(target, AtFlags.FDCWD, `/dev/${name}`),
    ),
    mkdirat(AtFlags.FDCWD, "/dev/pts", 0o755),
    step(mount("devpts", "/dev/pts", "devpts", NOSUID | NOEXEC, pts), {
      why: "terminals of our own",
    }),
    mkdirat(AtFlags.FDCWD, "/dev/shm", 0o1777),
    step(
      mount(
        "shm",
        "/dev/shm",
        "tmpfs",
        NOSUID | NODEV | NOEXEC,
        "mode=1777,size=64m",
      ),
      { why: "shared memory" },
    ),
    mkdirat(AtFlags.FDCWD, "/dev/mqueue", 0o755),
    step(
      mount("mqueue", "/dev/mqueue", "mqueue", NOSUID | NODEV | NOEXEC, null),
      { why: "message queues" },
    ),
  ];
}

function attachDevice(path: string, device: Register): Step[] {
  return [
    mknodat(AtFlags.FDCWD, path, FileMode.IFREG | 0o666, 0),
    moveMount(device, "", AtFlags.FDCWD, path, MoveMountFlags.F_EMPTY_PATH),
  ];
}
