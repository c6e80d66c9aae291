import {
  mkdirSync,
  readFileSync,
  rmdirSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  cgroup2,
  delegatedCgroup,
  requires,
  root,
  run,
  systemd,
  userBus,
} from "@ns/testkit";

const CGROUP = "/sys/fs/cgroup";

function ownCgroup(): string {
  const [line = ""] = readFileSync("/proc/self/cgroup", "utf8").split("\n");
  return join(CGROUP, line.replace("0::", ""));
}

function controllersOf(cgroup: string): string[] {
  return readFileSync(join(cgroup, "cgroup.controllers"), "utf8")
    .trim()
    .split(" ");
}

test("there is one cgroup hierarchy, version 2, with the controllers of limits", (context) => {
  requires(context, cgroup2);
  const mounts = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
  expect(mounts.filter((line) => / - cgroup2? /.test(line))).toEqual([
    expect.stringMatching(/ \/sys\/fs\/cgroup .* - cgroup2 /),
  ]);
  expect(controllersOf(CGROUP)).toEqual(
    expect.arrayContaining([
      "cpu",
      "cpuset",
      "hugetlb",
      "io",
      "memory",
      "pids",
    ]),
  );
});

test("root's limits hold: a cgroup with pids.max 1 lets its process start no other", async (context) => {
  requires(context, root, cgroup2);
  const cgroup = join(CGROUP, "guest-test");
  mkdirSync(cgroup);
  try {
    writeFileSync(join(cgroup, "pids.max"), "1");
    const { stderr } = await run("sh", [
      "-c",
      `echo 0 > ${cgroup}/cgroup.procs; (true)`,
    ]);
    expect(stderr).toMatch(/fork/i);
    expect(readFileSync(join(cgroup, "pids.events"), "utf8")).toMatch(
      /^max [1-9]/,
    );
  } finally {
    rmdirSync(cgroup);
  }
});

test("the user's cgroup is delegated: it makes a child, gives it a limit and moves a process there", async (context) => {
  requires(context, delegatedCgroup);
  expect(process.getuid?.()).toBe(1000);
  const parent = join(ownCgroup(), "..");
  expect(statSync(ownCgroup()).uid).toBe(1000);
  writeFileSync(join(parent, "cgroup.subtree_control"), "+memory +pids");
  const child = join(parent, "guest-test");
  mkdirSync(child);
  try {
    writeFileSync(join(child, "memory.max"), "67108864");
    const { stdout, stderr } = await run("sh", [
      "-c",
      `echo 0 > ${child}/cgroup.procs && cat /proc/self/cgroup`,
    ]);
    expect(stderr).toBe("");
    expect(stdout.trim()).toMatch(/^0::.*\/guest-test$/);
    expect(readFileSync(join(child, "memory.max"), "utf8")).toBe("67108864\n");
  } finally {
    rmdirSync(child);
  }
});

test("systemd is process 1 and answers on the system bus", async (context) => {
  requires(context, systemd);
  expect(readFileSync("/proc/1/comm", "utf8")).toBe("systemd\n");
  const { stdout } = await run("busctl", ["--system", "list", "--no-legend"]);
  expect(stdout).toMatch(/^org\.freedesktop\.systemd1 /m);
});

test("the user's own systemd answers on the user's bus, and runs what it is asked to in a cgroup below it", async (context) => {
  requires(context, userBus);
  const { stdout, stderr, code } = await run("systemd-run", [
    "--user",
    "--quiet",
    "--pipe",
    "--wait",
    "cat",
    "/proc/self/cgroup",
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(
    /^0::\/user\.slice\/user-1000\.slice\/user@1000\.service\/.*\.service\n$/,
  );
});
