// Slide 28 · PID namespace: one tree of processes, with two sets of numbers
//
//   [inside]$ sleep 100 &
//   [inside]$ ps ax
//   host$ ps axf | grep -A2 '[2]8-pid-tree'
import { command, dispatch, register } from "@ns/reexec";
import { CloneFlags, invoke, mount } from "@ns/syscalls";
import { makeCmd } from "./19-make-cmd.ts";
import { sudo } from "./sudo.ts";

register("inner", async () => {
  invoke(mount("proc", "/proc", "proc")); // ps reads /proc: slides 31 to 41 are about this line
  await makeCmd("/bin/sh").exited;
});

if (!(await dispatch())) {
  await sudo();
  const self = command("inner");
  await makeCmd(self.file, self.args, {
    ...self.options,
    env: { PS1: "[inside]$ " },
    cloneflags: CloneFlags.NEWPID | CloneFlags.NEWNS,
    unshareflags: CloneFlags.NEWNS,
  }).exited;
}
