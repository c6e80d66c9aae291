// Slide 6 · Where are they? In /proc/<pid>/ns: one link for each namespace a process is in
import { once } from "node:events";
import { readdirSync, readlinkSync } from "node:fs";
import { spawn } from "@ns/spawn";
import { CloneFlags } from "@ns/syscalls";

// Two processes: this one, and one in a user and a UTS namespace of its own.
await using other = spawn("/bin/sleep", ["60"], {
  cloneflags: CloneFlags.NEWUSER | CloneFlags.NEWUTS,
});
await once(other, "spawn");

const mine = namespaces(process.pid);
const theirs = namespaces(other.pid ?? 0);
for (const [kind, link] of mine) {
  const verdict = theirs.get(kind) === link ? "shared" : "not shared";
  console.log(`${kind} is ${verdict}`);
}

/** Prints what `ls` would, and returns it: two processes are in the same namespace if the links are alike. */
function namespaces(pid: number): Map<string, string> {
  const folder = `/proc/${pid}/ns`;
  console.log(folder);
  const kinds = readdirSync(folder).filter((name) => !name.includes("_for_"));
  const links = kinds.map(
    (kind) => [kind, readlinkSync(`${folder}/${kind}`)] as const,
  );
  for (const [kind, link] of links) console.log(`  ${kind} -> ${link}`);
  return new Map(links);
}
