// Slide 40 · Mount propagation: the four types, by experiment
import { once } from "node:events";
import { mkdirSync, readFileSync } from "node:fs";
import { spawn } from "@ns/spawn";
import { CloneFlags, invoke, mount, MountFlags, step } from "@ns/syscalls";
import { sudo } from "./sudo.ts";
import { systemdHost } from "./systemd-host.ts";

await sudo();
systemdHost();
invoke(mount("none", "/mnt", "tmpfs"));

const table: Record<string, Record<string, string>> = {};
for (const type of ["SHARED", "SLAVE", "PRIVATE", "UNBINDABLE"] as const) {
  const here = `/mnt/${type}`;
  mkdirSync(here);
  invoke(mount("none", here, "tmpfs"));
  for (const name of ["a", "b", "c"]) mkdirSync(`${here}/${name}`);

  // Inside, `here` becomes of that type; something is mounted at b, and `here` itself once more at c.
  await using inside = spawn("/bin/sleep", ["60"], {
    cloneflags: CloneFlags.NEWNS,
    setup: [
      mount(null, here, null, MountFlags[type]),
      mount("none", `${here}/b`, "tmpfs"),
      step(mount(here, `${here}/c`, null, MountFlags.BIND), {
        ignore: ["EINVAL"],
      }),
    ],
  });
  await once(inside, "spawn");
  // On the host something is mounted at a.
  invoke(mount("none", `${here}/a`, "tmpfs"));

  table[`MS_${type}`] = {
    "host to inside": isMounted(`${here}/a`, inside.pid),
    "inside to host": isMounted(`${here}/b`, process.pid),
    "bind mount": isMounted(`${here}/c`, inside.pid),
  };
}
console.table(table);

function isMounted(target: string, pid = 0): string {
  return readFileSync(`/proc/${pid}/mounts`, "utf8").includes(` ${target} `)
    ? "yes"
    : "no";
}
