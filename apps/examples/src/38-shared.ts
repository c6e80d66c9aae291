// Slide 38 · Mnt problem: in the new mount namespace every mount is shared with the host's
//
//   [inside]$ findmnt -o TARGET,OPTIONS,PROPAGATION | head
import { CloneFlags } from "@ns/syscalls";
import { makeCmd } from "./19-make-cmd.ts";
import { sudo } from "./sudo.ts";
import { systemdHost } from "./systemd-host.ts";

await sudo();
systemdHost();

await makeCmd("/bin/sh", [], {
  env: { PS1: "[inside]$ " },
  cloneflags: CloneFlags.NEWNS,
}).exited;
