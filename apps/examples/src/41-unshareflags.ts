// Slides 41–42 · Unshareflags: a mount namespace where / is private, a fresh /proc, and ps shows three processes
//
//   [inside]$ ps -aexf
//   [inside]$ exit
//   host$ grep -c '^proc /proc ' /proc/mounts
import { command, dispatch, register } from "@ns/reexec";
import { CloneFlags, invoke, mount } from "@ns/syscalls";
import { makeCmd } from "./19-make-cmd.ts";
import { sudo } from "./sudo.ts";
import { systemdHost } from "./systemd-host.ts";

register("inner", async () => {
  process.chdir("/");
  invoke(mount("proc", "proc", "proc"));
  await makeCmd("/bin/sh").exited;
});

if (!(await dispatch())) {
  await sudo();
  systemdHost();
  const self = command("inner");
  await makeCmd(self.file, self.args, {
    ...self.options,
    env: { PS1: "[inside]$ " },
    cloneflags: CloneFlags.NEWNS | CloneFlags.NEWPID,
    unshareflags: CloneFlags.NEWNS,
  }).exited;
  await makeCmd("/bin/sh", [], { env: { PS1: "host$ " } }).exited;
}
