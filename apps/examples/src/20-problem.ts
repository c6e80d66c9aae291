// Slide 20 · Problem: sethostname in the parent changes the parent
//
//   [inside]$ hostname
//   [inside]$ exit
//   host$ hostname
import { CloneFlags, invoke, sethostname, unshare } from "@ns/syscalls";
import { makeCmd } from "./19-make-cmd.ts";
import { sudo } from "./sudo.ts";

await sudo();

// Not on the slide: a UTS namespace for the parent, which stands for the host from here on. Yours keeps its name.
invoke(unshare(CloneFlags.NEWUTS));

invoke(sethostname("inner-system"));
await makeCmd("/bin/sh", [], {
  env: { PS1: "[inside]$ " },
  cloneflags: CloneFlags.NEWUTS,
}).exited;

// Back on the host, which should have kept its name.
await makeCmd("/bin/sh", [], { env: { PS1: "host$ " } }).exited;
