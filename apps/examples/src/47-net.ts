// To be continued · Network namespace: a loopback of its own, and a cable to the host
//
//   [inside]$ ip -brief address
//   [inside]$ busybox ping -c 1 127.0.0.1
//   [inside]$ busybox ping -c 1 10.0.0.1
//   [inside]$ exit
//   host$ ip -brief address
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { spawn } from "@ns/spawn";
import { CloneFlags, invoke, unshare } from "@ns/syscalls";
import { makeCmd } from "./19-make-cmd.ts";
import { sudo } from "./sudo.ts";

await sudo();
invoke(unshare(CloneFlags.NEWNET)); // this host has its own interfaces too, so that yours are left alone

// The namespace exists as long as a process is in it: one that sleeps, as Kubernetes' "pause".
await using pause = spawn("/bin/sleep", ["infinity"], {
  cloneflags: CloneFlags.NEWNET,
});
await once(pause, "spawn");
const inside = { join: [{ pid: pause.pid ?? 0, kinds: CloneFlags.NEWNET }] };

// A cable: an end here, an end there.
ip(`link add cable type veth peer name eth0 netns ${pause.pid}`);
ip("address add 10.0.0.1/24 dev cable");
ip("link set cable up");
for (const command of [
  "address add 10.0.0.2/24 dev eth0",
  "link set eth0 up",
  "link set lo up",
]) {
  await makeCmd("ip", command.split(" "), inside).exited;
}

await makeCmd("/bin/sh", [], { ...inside, env: { PS1: "[inside]$ " } }).exited;
await makeCmd("/bin/sh", [], { env: { PS1: "host$ " } }).exited;

function ip(command: string): void {
  execFileSync("ip", command.split(" "));
}
