// To be continued · Cgroup: no more than four processes, in a cgroup that from inside is the root
//
//   [inside]$ grep -E 'pids|^0:' /proc/self/cgroup
//   host$ ps ax -o comm,cgroup | grep -o 'sh .*ns-talk-[^,]*'
//   [inside]$ sleep 100 & sleep 100 & sleep 100 &
//   [inside]$ sleep 100 &
import { existsSync, mkdtempSync, rmdirSync, writeFileSync } from "node:fs";
import { CloneFlags, geteuid, invoke } from "@ns/syscalls";
import { makeCmd } from "./19-make-cmd.ts";

if (invoke(geteuid()) !== 0) {
  console.error(
    "this needs root: a cgroup is a directory in /sys/fs/cgroup, and no user namespace gives that to you",
  );
  process.exit(1);
}

// The controller pids has a hierarchy of its own (version 1), or is in the one there is (version 2).
const pids = ["/sys/fs/cgroup/pids", "/sys/fs/cgroup"].find(existsSync);
const cgroup = mkdtempSync(`${pids}/ns-talk-`);
process.once("exit", () => rmdirSync(cgroup));
writeFileSync(`${cgroup}/pids.max`, "4");

await makeCmd("/bin/sh", [], {
  env: { PS1: "[inside]$ " },
  cgroup,
  // With the shell, process 1, ends whatever it started: the cgroup is empty.
  cloneflags: CloneFlags.NEWCGROUP | CloneFlags.NEWPID,
}).exited;
