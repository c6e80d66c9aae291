import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { requires, root } from "@ns/testkit";
import { afterEach, expect, test } from "vitest";
import * as ns from "../src/index.ts";
import { errorOf } from "./internal/error-of.ts";
import { opened } from "./internal/opened.ts";

const { EXITED, NOHANG, NOWAIT } = ns.WaitOptions;
const children = new Set<ReturnType<typeof spawn>>();

afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  children.clear();
});

function start(
  file: string,
  ...args: string[]
): { pid: number; exit: Promise<unknown[]> } {
  const child = spawn(file, args, { stdio: "ignore" });
  children.add(child);
  if (child.pid === undefined) throw new Error(`cannot start ${file}`);
  return { pid: child.pid, exit: once(child, "exit") };
}

/** What `waitid` says when the child has changed state, which is left for libuv to collect. */
function waited(pid: number): { info: ns.Siginfo; rusage: ns.Rusage } {
  const info = new Uint8Array(ns.SIGINFO_SIZE);
  const rusage = new Uint8Array(ns.RUSAGE_SIZE);
  // blocks the event loop, so that libuv is not first
  ns.invoke(ns.waitid(ns.WaitIdTypes.PID, pid, info, EXITED | NOWAIT, rusage));
  return { info: ns.parseSiginfo(info), rusage: ns.parseRusage(rusage) };
}

test("a child that exited tells its status, and is left to be waited for", async () => {
  const child = start("sh", "-c", "exit 7");
  const { info, rusage } = waited(child.pid);
  expect(info).toEqual({
    pid: child.pid,
    uid: process.getuid?.(),
    code: ns.ChildCodes.EXITED,
    status: 7,
    exitCode: 7,
    signal: null,
  });
  expect(rusage.maxRssKib).toBeGreaterThan(100);
  expect(rusage.userTimeUs + rusage.systemTimeUs).toBeGreaterThan(0);
  expect(await child.exit).toEqual([7, null]);
});

test("a child that a signal ended tells which", async () => {
  const child = start("sleep", "60");
  ns.invoke(ns.kill(child.pid, ns.Signals.SIGTERM));
  expect(waited(child.pid).info).toMatchObject({
    exitCode: null,
    signal: "SIGTERM",
    status: 15,
  });
  await child.exit;
});

test("a child that runs is nothing to wait for", () => {
  const child = start("sleep", "60");
  const info = new Uint8Array(ns.SIGINFO_SIZE).fill(0xff);
  expect(
    ns.invoke(
      ns.waitid(ns.WaitIdTypes.PID, child.pid, info, EXITED | NOHANG | NOWAIT),
    ),
  ).toBe(0);
  expect(ns.parseSiginfo(info)).toMatchObject({
    pid: 0,
    exitCode: null,
    signal: null,
  });
  expect(ns.invoke(ns.wait4(child.pid, null, NOHANG))).toBe(0);
});

test("someone else's child is no child", () => {
  const wait = ns.waitid(ns.WaitIdTypes.PID, 1, null, EXITED | NOHANG);
  expect(errorOf(() => ns.invoke(wait))).toMatchObject({ code: "ECHILD" });
});

test("a pidfd refers to its process and to no other", async () => {
  const child = start("sleep", "60");
  const pidfd = opened(ns.pidfdOpen(child.pid));
  ns.invoke(ns.pidfdSendSignal(pidfd, 0));
  ns.invoke(ns.pidfdSendSignal(pidfd, ns.Signals.SIGKILL));
  expect(await child.exit).toEqual([null, "SIGKILL"]);
  expect(errorOf(() => ns.invoke(ns.pidfdSendSignal(pidfd, 0)))).toMatchObject({
    code: "ESRCH",
  });
  expect(errorOf(() => ns.invoke(ns.pidfdOpen(child.pid)))).toMatchObject({
    code: "ESRCH",
  });
});

test("another process's descriptor is copied, and is the same file", () => {
  const child = start("sleep", "60");
  const copy = opened(ns.pidfdGetfd(opened(ns.pidfdOpen(child.pid)), 0));
  expect(
    ns.invoke(ns.kcmp(process.pid, child.pid, ns.KcmpTypes.FILE, copy, 0)),
  ).toBe(0);
  expect(ns.invoke(ns.kcmp(process.pid, child.pid, ns.KcmpTypes.VM))).not.toBe(
    0,
  );
});

test("a limit of a process is read and set", () => {
  const child = start("sleep", "60");
  const before = new Uint8Array(ns.RLIMIT_SIZE);
  ns.invoke(
    ns.prlimit(
      child.pid,
      ns.RlimitResources.NOFILE,
      { soft: 17, hard: 42n },
      before,
    ),
  );
  const { soft, hard } = ns.parseRlimit(before);
  expect(soft).toBeGreaterThan(42n);
  expect(hard).toBeGreaterThanOrEqual(soft);
  const limits = readFileSync(`/proc/${String(child.pid)}/limits`, "utf8");
  expect(limits).toMatch(/^Max open files +17 +42 /m);
});

test("no limit is told as infinity", () => {
  const limit = new Uint8Array(ns.RLIMIT_SIZE);
  ns.invoke(ns.prlimit(0, ns.RlimitResources.CPU, null, limit));
  expect(ns.parseRlimit(limit)).toEqual({
    soft: ns.RLIM_INFINITY,
    hard: ns.RLIM_INFINITY,
  });
});

test("capability sets are those of /proc", () => {
  const data = new Uint8Array(ns.CAPABILITY_DATA_SIZE);
  ns.invoke(ns.capget(0, data));
  const { effective, permitted, inheritable } = ns.parseCapabilitySets(data);
  const status = readFileSync("/proc/thread-self/status", "utf8");
  const inStatus = (name: string): bigint =>
    BigInt(
      `0x${new RegExp(`^${name}:\\s+(\\w+)`, "m").exec(status)?.[1] ?? ""}`,
    );
  expect([effective, permitted, inheritable]).toEqual([
    inStatus("CapEff"),
    inStatus("CapPrm"),
    inStatus("CapInh"),
  ]);
});

test("ids and groups are those of Node", () => {
  const [real, effective, saved] = [1, 2, 3].map(() => new Uint32Array(1)) as [
    Uint32Array,
    Uint32Array,
    Uint32Array,
  ];
  ns.invoke(ns.getresgid(real, effective, saved));
  expect([real[0], effective[0]]).toEqual([
    process.getgid?.(),
    process.getegid?.(),
  ]);
  const groups = new Uint32Array(ns.invoke(ns.getgroups(null)));
  ns.invoke(ns.getgroups(groups));
  expect(new Set([...groups, process.getegid?.()])).toEqual(
    new Set(process.getgroups?.()),
  );
});

test("a process's name is set and read", () => {
  const name = new Uint8Array(16);
  ns.invoke(ns.prctl(ns.PrctlOptions.GET_NAME, name));
  const before = Buffer.from(name.subarray(0, name.indexOf(0))).toString();
  ns.invoke(ns.prctl(ns.PrctlOptions.SET_NAME, "renamed"));
  expect(readFileSync("/proc/thread-self/comm", "utf8")).toBe("renamed\n");
  ns.invoke(ns.prctl(ns.PrctlOptions.SET_NAME, before));
});

test("nice values, scheduling policy, input and output priority and CPUs are set", () => {
  const { pid } = start("sleep", "60");
  ns.invoke(ns.setpriority(ns.PriorityTargets.PROCESS, pid, 7));
  expect(20 - ns.invoke(ns.getpriority(ns.PriorityTargets.PROCESS, pid))).toBe(
    7,
  );
  ns.invoke(
    ns.schedSetattr(pid, { sched_policy: ns.SchedPolicy.BATCH, sched_nice: 9 }),
  );
  const stat = readFileSync(`/proc/${String(pid)}/stat`, "utf8").split(" ");
  expect([stat[18], stat[40]]).toEqual(["9", String(ns.SchedPolicy.BATCH)]);
  ns.invoke(
    ns.ioprioSet(
      ns.IoprioTargets.PROCESS,
      pid,
      ns.ioprio(ns.IoprioClasses.BE, 6),
    ),
  );
  expect(ns.invoke(ns.ioprioGet(ns.IoprioTargets.PROCESS, pid))).toBe(
    ns.ioprio(ns.IoprioClasses.BE, 6),
  );
  ns.invoke(ns.schedSetaffinity(pid, [0]));
  const mask = new Uint8Array(128);
  const size = ns.invoke(ns.schedGetaffinity(pid, mask));
  expect(mask.subarray(0, size).reduce((sum, byte) => sum + byte, 0)).toBe(1);
});

test("only a privileged process gets a real-time policy", (context) => {
  requires(context, root);
  const { pid } = start("sleep", "60");
  ns.invoke(
    ns.schedSetattr(pid, {
      sched_policy: ns.SchedPolicy.FIFO,
      sched_priority: 1,
    }),
  );
  expect(readFileSync(`/proc/${String(pid)}/stat`, "utf8").split(" ")[39]).toBe(
    "1",
  );
});
