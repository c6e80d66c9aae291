// Slides 29–31 · PID namespace: the first process inside is number 1, and ps still shows the host's
//
//   [inside]$ echo $PPID
//   [inside]$ busybox ps | head -5
import { command, dispatch, register } from "@ns/reexec";
import { CloneFlags } from "@ns/syscalls";
import { makeCmd } from "./19-make-cmd.ts";
import { sudo } from "./sudo.ts";

register("inner", async () => {
  console.log("Inner code PID", process.pid);
  await makeCmd("/bin/sh").exited;
});

if (!(await dispatch())) {
  await sudo();
  const self = command("inner");
  await makeCmd(self.file, self.args, {
    ...self.options,
    env: { PS1: "[inside]$ " },
    cloneflags: CloneFlags.NEWPID,
  }).exited;
}
