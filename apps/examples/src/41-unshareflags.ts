// Slides 41–42 · Unshareflags: a mount namespace where / is private, a fresh /proc, and ps shows three processes
//
//   [inside]$ ps -aexf
import { command, dispatch, register } from "@ns/reexec";
import { CloneFlags, invoke, mount } from "@ns/syscalls";
import { makeCmd } from "./19-make-cmd.ts";
import { sudo } from "./sudo.ts";

register("inner", async () => {
  process.chdir("/");
  invoke(mount("proc", "proc", "proc"));
  await makeCmd("/bin/sh").exited;
});

if (!(await dispatch())) {
  await sudo();
  const self = command("inner");
  await makeCmd(self.file, self.args, {
    ...self.options,
    env: { PS1: "[inside]$ " },
    cloneflags: CloneFlags.NEWNS | CloneFlags.NEWPID,
    unshareflags: CloneFlags.NEWNS,
  }).exited;
}
