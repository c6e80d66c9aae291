// Slides 17–18 · UID/GID: user 109 and group 114 inside are you outside
//
//   host$ id -u
//   [inside]$ whoami
//   [inside]$ id -u
//   [inside]$ id -g
//   [inside]$ cat /proc/self/uid_map
import { spawn } from "@ns/spawn";
import { CloneFlags, getgid, getuid, invoke } from "@ns/syscalls";

const cmd = spawn("/bin/sh", [], {
  stdio: "inherit",
  env: { PS1: "[inside]$ " },
  cloneflags: CloneFlags.NEWUSER,
  uidMappings: [{ containerId: 109, hostId: invoke(getuid()), size: 1 }],
  gidMappings: [{ containerId: 114, hostId: invoke(getgid()), size: 1 }],
});
await cmd.exited;
