// Slide 26 · Reexec: slides 23–25 again, with a package in place of the flag
//
//   [inside]$ hostname
//   [inside]$ exit
//   host$ hostname
import { command, dispatch, register } from "@ns/reexec";
import { CloneFlags, invoke, sethostname } from "@ns/syscalls";
import { makeCmd } from "./19-make-cmd.ts";
import { sudo } from "./sudo.ts";

register("inner", async () => {
  invoke(sethostname("inner-system"));
  await makeCmd("/bin/sh").exited;
});

if (!(await dispatch())) {
  await sudo();
  const self = command("inner");
  await makeCmd(self.file, self.args, {
    ...self.options,
    env: { PS1: "[inside]$ " },
    cloneflags: CloneFlags.NEWUTS,
  }).exited;
}
