// Slides 35–36 · Mount namespace: what is mounted inside shows on the host all the same
//
//   [inside]$ mount --bind /etc /mnt
//   [inside]$ findmnt -o TARGET,SOURCE,PROPAGATION /mnt
//   [inside]$ exit
//   host$ grep ' /mnt ' /proc/mounts
import { CloneFlags } from "@ns/syscalls";
import { makeCmd } from "./19-make-cmd.ts";
import { sudo } from "./sudo.ts";
import { systemdHost } from "./systemd-host.ts";

await sudo();
systemdHost(); // not on the slide: the talk's machine was one

await makeCmd("/bin/sh", [], {
  env: { PS1: "[inside]$ " },
  cloneflags: CloneFlags.NEWNS,
}).exited;

await makeCmd("/bin/sh", [], { env: { PS1: "host$ " } }).exited;
