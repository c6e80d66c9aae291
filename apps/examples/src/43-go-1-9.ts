// Slide 43 · Added in Go 1.9: the kernel's default is private, systemd's is shared, and Unshareflags asks neither
import { readFileSync } from "node:fs";
import { spawn, type SpawnOptions } from "@ns/spawn";
import { CloneFlags, invoke, mount, MountFlags, umount2 } from "@ns/syscalls";
import { sudo } from "./sudo.ts";
import { systemdHost } from "./systemd-host.ts";

await sudo();
systemdHost();

const { NEWNS } = CloneFlags;
const table: Record<string, Record<string, string>> = {};
for (const host of ["PRIVATE", "SHARED"] as const) {
  invoke(mount(null, "/", null, MountFlags.REC | MountFlags[host]));
  table[`/ on the host is ${host.toLowerCase()}`] = {
    "Cloneflags: CLONE_NEWNS": await mountInside({ cloneflags: NEWNS }),
    "Unshareflags: CLONE_NEWNS": await mountInside({ unshareflags: NEWNS }),
  };
}
console.table(table);

/** Mounts something at /mnt in a mount namespace made by `options`, and looks for it here, on the host. */
async function mountInside(options: SpawnOptions): Promise<string> {
  const setup = [mount("inside", "/mnt", "tmpfs")];
  await spawn("/bin/true", [], { ...options, setup }).exited;
  const mounts = readFileSync("/proc/self/mounts", "utf8");
  if (!mounts.includes("inside /mnt ")) return "stays inside";
  invoke(umount2("/mnt"));
  return "leaks to the host";
}
