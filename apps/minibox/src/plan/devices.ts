import {
  AtFlags,
  FileMode,
  makedev,
  mkdirat,
  mknodat,
  mount,
  MountFlags,
  moveMount,
  MoveMountFlags,
  type Register,
  step,
  type Step,
  symlinkat,
  close,
} from "@ns/syscalls";
import { takeFromHost } from "./isolate.ts";

/** The devices every container has: major and minor numbers of Documentation/admin-guide/devices.txt. */
const DEVICES = { null: [1, 3], zero: [1, 5], full: [1, 7], random: [1, 8], urandom: [1, 9], tty: [5, 0] } as const;

const LINKS = {
  fd: "/proc/self/fd",
  stdin: "/proc/self/fd/0",
  stdout: "/proc/self/fd/1",
  stderr: "/proc/self/fd/2",
  core: "/proc/kcore",
  ptmx: "pts/ptmx",
} as const;

/** The group that terminals belong to, `tty` on Debian and most others. */
const TTY_GID = 5;

/** The host's device files, for a user namespace, which may not make any. */
export interface HostDevices {
  readonly taken: ReadonlyMap<string, Register>;
  readonly steps: readonly Step[];
}

export function takeDevices(inUserNamespace: boolean): HostDevices {
  if (!inUserNamespace) return { taken: new Map(), steps: [] };
  const taken = Object.keys(DEVICES).map((name) => ({ name, ...takeFromHost(`/dev/${name}`, "a device") }));
  return {
    taken: new Map(taken.map(({ name, mount: register }) => [name, register])),
    steps: taken.flatMap(({ steps }) => steps),
  };
}

/** Makes /dev: the devices, a devpts of its own, shared memory and message queues. */
export function makeDev(devices: HostDevices, ttyGroupIsMapped: boolean): Step[] {
  const pts = `newinstance,ptmxmode=0666,mode=0620${ttyGroupIsMapped ? `,gid=${TTY_GID}` : ""}`;
  const { NOSUID, NODEV, NOEXEC, STRICTATIME } = MountFlags;
  return [
    step(mkdirat(AtFlags.FDCWD, "/dev", 0o755), { ignore: ["EEXIST", "EROFS"] }),
    step(mount("tmpfs", "/dev", "tmpfs", NOSUID | STRICTATIME, "mode=0755,size=64k"), { why: "our /dev" }),
    ...Object.entries(DEVICES).flatMap(([name, numbers]) => makeDevice(name, numbers, devices.taken.get(name))),
    ...Object.entries(LINKS).map(([name, target]) => symlinkat(target, AtFlags.FDCWD, `/dev/${name}`)),
    mkdirat(AtFlags.FDCWD, "/dev/pts", 0o755),
    step(mount("devpts", "/dev/pts", "devpts", NOSUID | NOEXEC, pts), { why: "terminals of our own" }),
    mkdirat(AtFlags.FDCWD, "/dev/shm", 0o1777),
    step(mount("shm", "/dev/shm", "tmpfs", NOSUID | NODEV | NOEXEC, "mode=1777,size=64m"), { why: "shared memory" }),
    mkdirat(AtFlags.FDCWD, "/dev/mqueue", 0o755),
    step(mount("mqueue", "/dev/mqueue", "mqueue", NOSUID | NODEV | NOEXEC, null), { why: "message queues" }),
  ];
}

function makeDevice(name: string, [major, minor]: readonly [number, number], taken: Register | undefined): Step[] {
  const path = `/dev/${name}`;
  if (taken === undefined) return [mknodat(AtFlags.FDCWD, path, FileMode.IFCHR | 0o666, makedev(major, minor))];
  return [
    mknodat(AtFlags.FDCWD, path, FileMode.IFREG | 0o666, 0),
    moveMount(taken, "", AtFlags.FDCWD, path, MoveMountFlags.F_EMPTY_PATH),
    close(taken),
  ];
}
