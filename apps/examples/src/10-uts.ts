// Slides 10–11 · UTS namespace: a host name of its own, by one clone flag
//
//   [inside]$ hostname hello
//   [inside]$ hostname
//   [inside]$ exit
//   host$ hostname
import { spawn } from "@ns/spawn";
import { CloneFlags } from "@ns/syscalls";
import { sudo } from "./sudo.ts";

await sudo(); // slide 11: sudo ./main

const cmd = spawn("/bin/sh", [], {
  stdio: "inherit",
  env: { PS1: "[inside]$ " },
  cloneflags: CloneFlags.NEWUTS,
});
await cmd.exited;
