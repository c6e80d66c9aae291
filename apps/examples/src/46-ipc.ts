// To be continued · IPC namespace: queues of its own, System V's and POSIX's
//
//   [inside]$ ipcs -q
//   [inside]$ ls /mnt
//   [inside]$ ipcmk -Q
//   [inside]$ touch /mnt/a-posix-queue-inside
//   [inside]$ ipcs -q
//   [inside]$ ls /mnt
//   [inside]$ exit
//   host$ ipcs -q
//   host$ ls /mnt
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { CloneFlags, invoke, mount, unshare } from "@ns/syscalls";
import { makeCmd } from "./19-make-cmd.ts";
import { sudo } from "./sudo.ts";
import { systemdHost } from "./systemd-host.ts";

await sudo();
systemdHost();
invoke(unshare(CloneFlags.NEWIPC)); // this host has its own queues too, so that yours are left alone

// A queue of each kind on the host. POSIX queues are files of the file system mqueue.
execFileSync("ipcmk", ["-Q"]);
invoke(mount("mqueue", "/mnt", "mqueue"));
writeFileSync("/mnt/a-posix-queue-on-the-host", "");

await makeCmd("/bin/sh", [], {
  env: { PS1: "[inside]$ " },
  cloneflags: CloneFlags.NEWIPC,
  unshareflags: CloneFlags.NEWNS,
  setup: [mount("mqueue", "/mnt", "mqueue")],
}).exited;

await makeCmd("/bin/sh", [], { env: { PS1: "host$ " } }).exited;
