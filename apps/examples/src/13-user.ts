// Slides 13–14, 16 · User namespace: whoever you are outside, inside you are nobody
//
//   host$ id -u
//   [inside]$ id -u
//   [inside]$ whoami
//   [inside]$ cat /proc/self/uid_map
import { spawn } from "@ns/spawn";
import { CloneFlags } from "@ns/syscalls";

const cmd = spawn("/bin/sh", [], {
  stdio: "inherit",
  env: { PS1: "[inside]$ " },
  cloneflags: CloneFlags.NEWUSER,
});
await cmd.exited;
