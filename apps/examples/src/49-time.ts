// To be continued · Time namespace: a machine that has been up for a thousand days more
//
//   [inside]$ uptime -p
//   [inside]$ cat /proc/self/timens_offsets
//   host$ uptime -p
import { CloneFlags } from "@ns/syscalls";
import { makeCmd } from "./19-make-cmd.ts";
import { sudo } from "./sudo.ts";

await sudo();

await makeCmd("/bin/sh", [], {
  env: { PS1: "[inside]$ " },
  cloneflags: CloneFlags.NEWTIME,
  timeOffsets: { boottime: 1000 * 24 * 60 * 60 },
}).exited;
