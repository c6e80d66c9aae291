import type { SpawnOptions } from "@ns/spawn";
import {
  chdir,
  CloneFlags,
  mount,
  MountFlags,
  pivotRoot,
  type Step,
  umount2,
  UmountFlags,
} from "@ns/syscalls";
import type { SpawnAction } from "./protocol.ts";

const { NEWNS, NEWUTS, NEWIPC, NEWPID, NEWCGROUP, NEWNET, NEWUSER } =
  CloneFlags;
const EVERY_KIND = NEWNS | NEWUTS | NEWIPC | NEWPID | NEWCGROUP | NEWNET;
const PROC_FLAGS = MountFlags.NOSUID | MountFlags.NODEV | MountFlags.NOEXEC;

/** What `@ns/spawn` is asked for. */
export function spawnOptions({ namespaces }: SpawnAction): SpawnOptions {
  if (namespaces === undefined) return { stdio: "ignore" };
  const setup = [
    mount(null, "/", null, MountFlags.REC | MountFlags.PRIVATE),
    ...(namespaces.rootfs === undefined
      ? [mount("proc", "/proc", "proc", PROC_FLAGS)]
      : enter(namespaces.rootfs)),
  ];
  if (!namespaces.user)
    return { stdio: "ignore", cloneflags: EVERY_KIND, setup };
  return {
    stdio: "ignore",
    cloneflags: EVERY_KIND | NEWUSER,
    uidMappings: [rootIs(process.getuid?.() ?? 0)],
    gidMappings: [rootIs(process.getgid?.() ?? 0)],
    setup,
  };
}

function rootIs(hostId: number): {
  containerId: number;
  hostId: number;
  size: number;
} {
  return { containerId: 0, hostId, size: 1 };
}

/** Makes `rootfs` the root, with a /proc of its own, and lets go of the old one. */
function enter(rootfs: string): Step[] {
  return [
    mount(rootfs, rootfs, null, MountFlags.BIND | MountFlags.REC),
    mount("proc", `${rootfs}/proc`, "proc", PROC_FLAGS),
    chdir(rootfs),
    pivotRoot(".", "."),
    umount2(".", UmountFlags.DETACH),
    chdir("/"),
  ];
}
