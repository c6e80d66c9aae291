// Slide 39 · Mnt problem: the same, with every mount made private first
//
//   [inside]$ findmnt -o TARGET,OPTIONS,PROPAGATION | head
//   [inside]$ mount --bind /etc /mnt
//   [inside]$ exit
//   host$ grep ' /mnt ' /proc/mounts || echo nothing at /mnt
import { CloneFlags, mount, MountFlags } from "@ns/syscalls";
import { makeCmd } from "./19-make-cmd.ts";
import { sudo } from "./sudo.ts";
import { systemdHost } from "./systemd-host.ts";

await sudo();
systemdHost();

await makeCmd("/bin/sh", [], {
  env: { PS1: "[inside]$ " },
  cloneflags: CloneFlags.NEWNS,
  // Done by the child before it becomes /bin/sh.
  setup: [mount(null, "/", null, MountFlags.REC | MountFlags.PRIVATE)],
}).exited;

await makeCmd("/bin/sh", [], { env: { PS1: "host$ " } }).exited;
