import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type Requirement, root } from "@ns/testkit";
import { onTestFinished } from "vitest";
import {
  type CgroupEvent,
  type CgroupManager,
  openCgroup,
  readCgroups,
} from "../../src/index.ts";

/** The v1 controllers that these tests limit with, and root to do it. */
export const cgroup1: Requirement = {
  met: () =>
    root.met() &&
    ["memory", "pids", "cpu", "cpuacct", "devices", "freezer"].every((wanted) =>
      readCgroups().v1.some(({ controllers }) => controllers.includes(wanted)),
    ),
  reason: "needs root, and the controllers of cgroup version 1",
};

let made = 0;

/** A name that no other test has. */
export function uniqueName(): string {
  made++;
  return `ns-test-${String(process.pid)}-${String(made)}`;
}

/** A cgroup that does not exist yet, and is gone with all that is in it when the test has ended. */
export function scratchCgroup(path = `/${uniqueName()}`): CgroupManager {
  const group = openCgroup(path);
  onTestFinished(() => removed(group));
  return group;
}

/** Kills what is in a cgroup, and removes it. */
export async function removed(group: CgroupManager): Promise<void> {
  if (!group.exists()) return;
  await group.kill();
  await group.delete();
}

/** A shell that waits for {@link go}, so that it can be put in a cgroup before it runs `script`. */
export function shell(script: string): ChildProcess {
  const child = spawn("sh", ["-c", `read start; ${script}`], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  return child;
}

export function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error("not started");
  return pid;
}

/** What the shell printed, on both streams, when it has ended. */
export async function go(child: ChildProcess): Promise<string> {
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stdin?.end("go\n");
  await once(child, "close");
  return Buffer.concat(chunks).toString();
}

/** Lets the shell begin, without waiting for its end. */
export function begin(child: ChildProcess): void {
  child.stdin?.end("go\n");
}

/** Runs a script in the cgroup; what it printed. */
export async function runIn(
  group: CgroupManager,
  script: string,
): Promise<string> {
  const child = shell(script);
  await group.add(pidOf(child));
  return go(child);
}

/** Collects events until `isLast`. */
export async function eventsUntil(
  group: CgroupManager,
  isLast: (event: CgroupEvent) => boolean,
): Promise<CgroupEvent[]> {
  const seen: CgroupEvent[] = [];
  for await (const event of group.events({
    signal: AbortSignal.timeout(60_000),
  })) {
    seen.push(event);
    if (isLast(event)) return seen;
  }
  throw new Error(`it did not come; events were ${JSON.stringify(seen)}`);
}

/** Microseconds of CPU that a busy loop in the cgroup gets in each second, over a while. */
export async function cpuShare(
  group: CgroupManager,
  milliseconds: number,
): Promise<number> {
  const child = shell("while :; do :; done");
  await group.add(pidOf(child));
  begin(child);
  const used = (): number => group.stats().cpu?.usageUs ?? 0;
  const [start, before] = [performance.now(), used()];
  // a measured while, not a wait for something
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  const share = (used() - before) / ((performance.now() - start) / 1000);
  child.kill("SIGKILL");
  await once(child, "close");
  return share;
}
