// Slide 40 · Mount propagation: the four types, by experiment
import { once } from "node:events";
import { mkdirSync, readFileSync } from "node:fs";
import { spawn } from "@ns/spawn";
import { CloneFlags, invoke, mount, MountFlags, step, umount2, UmountFlags } from "@ns/syscalls";
import { sudo } from "./sudo.ts";
import { systemdHost } from "./systemd-host.ts";

await sudo();
systemdHost();
invoke(mount("none", "/mnt", "tmpfs"));
for (const name of ["on-host", "inside", "copy"]) mkdirSync(`/mnt/${name}`);

const table: Record<string, Record<string, string>> = {};
for (const type of ["SHARED", "SLAVE", "PRIVATE", "UNBINDABLE"] as const) {
  await using child = spawn("/bin/sleep", ["60"], {
    cloneflags: CloneFlags.NEWNS,
    setup: [
      mount(null, "/mnt", null, MountFlags[type]),
      mount("none", "/mnt/inside", "tmpfs"),
      step(mount("/mnt", "/mnt/copy", null, MountFlags.BIND), { ignore: ["EINVAL"] }),
    ],
  });
  await once(child, "spawn");
  invoke(mount("none", "/mnt/on-host", "tmpfs"));

  table[`MS_${type}`] = {
    "mounted on the host, seen inside": isMounted("/mnt/on-host", child.pid),
    "mounted inside, seen on the host": isMounted("/mnt/inside", process.pid),
    "may be bind-mounted": isMounted("/mnt/copy", child.pid),
  };
  for (const name of ["on-host", "inside", "copy"]) {
    invoke(umount2(`/mnt/${name}`, UmountFlags.DETACH));
  }
}
console.table(table);

function isMounted(target: string, pid = 0): string {
  return readFileSync(`/proc/${pid}/mounts`, "utf8").includes(` ${target} `) ? "yes" : "no";
}
