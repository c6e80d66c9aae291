// Slides 22–25 · /proc/self/exe: the program starts itself again, with a flag, and the child changes its own name
//
//   [inside]$ hostname
//   [inside]$ exit
//   host$ hostname
import { CloneFlags, invoke, sethostname } from "@ns/syscalls";
import { makeCmd } from "./19-make-cmd.ts";
import { sudo } from "./sudo.ts";

await sudo();
if (isRupa()) await inner();
else await run();

/** Is it an inside matter now? */
function isRupa(): boolean {
  return process.argv.includes("-rupa");
}

async function run(): Promise<void> {
  // /proc/self/exe is node, which has to be told the program; a Go binary is the program.
  await makeCmd("/proc/self/exe", [import.meta.filename, "-rupa"], {
    env: { PS1: "[inside]$ " },
    cloneflags: CloneFlags.NEWUTS,
  }).exited;
}

async function inner(): Promise<void> {
  invoke(sethostname("inner-system"));
  await makeCmd("/bin/sh").exited;
}
