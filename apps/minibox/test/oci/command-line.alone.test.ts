import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { program, requires, root } from "@ns/testkit";
import { describe, expect, type TestContext, test } from "vitest";
import { Bundle } from "../internal/bundle.ts";
import { type Outcome, SideBySide } from "./internal/side-by-side.ts";

const WAITING = "trap 'exit 3' USR1; while :; do sleep 0.05; done";

function sideBySide(context: TestContext, terminal = false) {
  requires(context, root, program("busybox"), program("runc"));
  const bundle = new Bundle().configure(WAITING, (config) => {
    // runc 1.1 knows 1.0
    config.ociVersion = "1.0.2";
    if (config.process !== undefined) config.process.terminal = terminal;
  });
  const pair = new SideBySide(bundle.directory);
  context.onTestFinished(async () => {
    await pair.both(["delete", "--force", "ID"]);
  });
  return { bundle, pair };
}

/** What both did of commands run one after the other. The usage, which is in each one's words, is not compared. */
async function outcomes(pair: SideBySide, commands: readonly string[]) {
  const ours: unknown[] = [];
  const theirs: unknown[] = [];
  for (const command of commands) {
    const both = await pair.both(wordsOf(command));
    ours.push({ command, ...withoutUsage(both.ours) });
    theirs.push({ command, ...withoutUsage(both.theirs) });
  }
  return { ours, theirs };
}

function withoutUsage(outcome: Outcome): Outcome {
  const [first = ""] = outcome.stdout.split("\n");
  return first.startsWith("Incorrect Usage")
    ? { ...outcome, stdout: "Incorrect Usage" }
    : outcome;
}

/** Words, those with spaces in single quotes. */
function wordsOf(command: string): string[] {
  return [...command.matchAll(/'([^']*)'|(\S+)/g)].map(
    ([, quoted, plain]) => quoted ?? plain ?? "",
  );
}

describe("each command says and gives what runc's does", () => {
  test("of a container that is created", async (context) => {
    const { pair } = sideBySide(context);
    const all1 = await outcomes(pair, [
      "create ID",
      "create ID",
      "run ID",
      "state ID",
      "list",
      "list -f json",
      "list --format=json",
      "list -q",
      "list --quiet=true",
      "exec ID id",
      "pause ID",
      "list",
      "resume ID",
      "delete ID",
      "list",
    ]);
    expect(all1.ours).toEqual(all1.theirs);
  });

  test("of a container that runs", async (context) => {
    const { pair } = sideBySide(context);
    const all2 = await outcomes(pair, [
      "run -d --pid-file FILE ID",
      "state ID",
      "list",
      "start ID",
      "delete ID",
      "resume ID",
      "exec ID id",
      "exec ID sh -c 'exit 9'",
      "exec ID sh -c 'kill -9 $$'",
      "exec ID sh -c 'echo out; echo err >&2'",
      "exec ID nosuch",
      "exec ID /nosuch",
      "exec ID /etc",
      "exec ID",
      "exec --cwd /tmp ID pwd",
      "exec --cwd=/tmp -e A=b -e C=d ID env",
      "exec -u 1000:1001 -g 5 -g 6 ID id",
      "exec --user 1000 ID id",
      "exec --no-new-privs ID grep NoNewPrivs /proc/self/status",
      "exec ID -- echo a",
      "exec -- ID echo -n a",
      "exec --pid-file FILE -d ID true",
      "exec -p FILE-nowhere ID",
      "ps ID -o args",
      "ps -f nonsense ID",
      "update --memory 64m ID",
      "update --memory nonsense ID",
      "kill ID NOSUCH",
      "kill ID 0",
      "kill ID 99",
      "pause ID",
      "pause ID",
      "state ID",
      "exec ID id",
      "start ID",
      "delete ID",
      "resume ID",
      "resume ID",
      "kill ID KILL",
    ]);
    expect(all2.ours).toEqual(all2.theirs);
  });

  test("of a container that has ended", async (context) => {
    const { pair } = sideBySide(context);
    const all3 = await outcomes(pair, ["run -d ID", "kill ID KILL"]);
    expect(all3.ours).toEqual(all3.theirs);
    await expect
      .poll(async () => (await pair.both(["state", "ID"])).ours.stdout)
      .toContain("stopped");
    const all4 = await outcomes(pair, [
      "state ID",
      "list",
      "ps ID",
      "ps -f json ID",
      "exec ID id",
      "pause ID",
      "resume ID",
      "start ID",
      "update --memory 64m ID",
      "events --stats ID",
      "events ID",
      "kill ID",
      "kill -a ID KILL",
      "kill ID 9 --all",
      "delete ID",
    ]);
    expect(all4.ours).toEqual(all4.theirs);
  });

  test("of a container that there is not", async (context) => {
    const { pair } = sideBySide(context);
    const all = await outcomes(pair, [
      ...["state ID", "start ID", "kill ID", "ps ID", "pause ID"],
      ...["resume ID", "exec ID id", "update ID", "events ID"],
      ...["delete ID", "delete -f ID", "delete ID --force", "list"],
      ...["list -f json", "list -q", "list -f nonsense"],
    ]);
    expect(all.ours).toEqual(all.theirs);
  });

  test("of words that are wrong", async (context) => {
    const { pair } = sideBySide(context);
    const commands = [
      ...["state", "state a b", "create", "start", "kill", "delete", "exec"],
      ...["ps", "pause", "resume", "update", "events", "list a", "kill a b c"],
      ...["run -d", "create --nonsense ID", "exec --nonsense ID true"],
      ...["create --bundle /nowhere ID", "create -b=/proc ID"],
      ...["--log /nowhere/log list", "--log-format nonsense list"],
      ...["create --console-socket /nowhere ID", "spec"],
      "run --console-socket /nowhere ID",
      "create --pid-file /nowhere/file ID",
    ];
    const all5 = await outcomes(pair, commands);
    expect(all5.ours).toEqual(all5.theirs);
  });

  test("of a terminal that nobody takes", async (context) => {
    const { pair } = sideBySide(context, true);
    const all6 = await outcomes(pair, ["create ID", "run -d ID", "list"]);
    expect(all6.ours).toEqual(all6.theirs);
  });

  test.each([
    "exit 7",
    "kill -TERM $$; sleep 1; exit 5",
    "echo out; echo err >&2; exit 0",
    "trap '' TERM; exit 4",
  ])("of a run of %s", async (script) => {
    const bundle = new Bundle().configure(script, (config) => {
      config.ociVersion = "1.0.2";
    });
    const pair = new SideBySide(bundle.directory);
    const { ours, theirs } = await pair.both(["run", "ID"]);
    expect(ours).toEqual(theirs);
    const all7 = await outcomes(pair, ["list"]);
    expect(all7.ours).toEqual(all7.theirs);
  });
});

test("a log file gets the lines that runc writes, and stderr the bare message", async (context) => {
  const { bundle, pair } = sideBySide(context);
  for (const format of ["text", "json"]) {
    const words = ["--log", "FILE", "--log-format", format];
    const { ours, theirs } = await pair.both([...words, "start", "ID"]);
    expect(ours).toEqual(theirs);
    expect(ours.stderr).toBe("container does not exist");
    const [our = "", their = ""] = ["minibox", "runc"].map((name) => {
      const file = join(bundle.directory, `${name}-file`);
      const text = readFileSync(file, "utf8");
      rmSync(file);
      return text.replaceAll(/\b20\d\d-[-:.\dT]+Z/g, "TIME");
    });
    expect(our).toBe(their);
  }
  const all8 = await outcomes(pair, [
    "--log-format json start ID",
    "--debug=false list",
  ]);
  expect(all8.ours).toEqual(all8.theirs);
});

test("update takes each flag of runc's, and both limit the same", async (context) => {
  const { pair, bundle } = sideBySide(context);
  const all9 = await outcomes(pair, ["run -d --pid-file FILE ID"]);
  expect(all9.ours).toEqual(all9.theirs);
  const limits = JSON.stringify({
    memory: { limit: 50_000_000 },
    cpu: { shares: 300 },
  });
  writeFileSync(join(bundle.directory, "limits"), limits);
  const all10 = await outcomes(pair, [
    "update --memory 64M --memory-reservation 32m ID",
    "update --cpu-period 50000 --cpu-quota 25000 --cpu-share 512 ID",
    "update --cpuset-cpus 0 --cpuset-mems 0 ID",
    "update --pids-limit 33 ID",
    `update -r ${bundle.directory}/limits ID`,
    "update --resources /nowhere ID",
  ]);
  expect(all10.ours).toEqual(all10.theirs);
  const limitsOf = (name: string): string => {
    const pid = readFileSync(join(bundle.directory, `${name}-file`), "utf8");
    const cgroup = (controller: string, file: string) =>
      readFileSync(join(cgroupOf(pid, controller), file), "utf8");
    return [
      cgroup("memory", "memory.limit_in_bytes"),
      cgroup("memory", "memory.soft_limit_in_bytes"),
      cgroup("cpu", "cpu.cfs_quota_us"),
      cgroup("cpu", "cpu.cfs_period_us"),
      cgroup("cpu", "cpu.shares"),
      cgroup("cpuset", "cpuset.cpus"),
      cgroup("pids", "pids.max"),
    ].join("");
  };
  const [ours, theirs] = ["minibox", "runc"].map(limitsOf);
  expect(ours).toBe(theirs);
  expect(ours).toContain("\n25000\n50000\n300\n0\n33\n");
});

/** The directory of a process's cgroup in a hierarchy of version 1. */
function cgroupOf(pid: string, controller: string): string {
  const lines = readFileSync(`/proc/${pid}/cgroup`, "utf8").split("\n");
  const line = lines.find((each) => {
    const [, names = ""] = each.split(":");
    return names.split(",").includes(controller);
  });
  return join(`/sys/fs/cgroup/${controller}`, line?.split(":")[2] ?? "");
}

test("events --stats have runc's members", async (context) => {
  const { pair } = sideBySide(context);
  const all11 = await outcomes(pair, ["run -d ID"]);
  expect(all11.ours).toEqual(all11.theirs);
  const { ours, theirs } = await pair.both(["events", "--stats", "ID"]);
  const membersOf = (text: string) => shapeOf(JSON.parse(text));
  expect(membersOf(ours.stdout)).toEqual(membersOf(theirs.stdout));
});

/** What kinds of values there are where; the names within `raw` are the kernel's. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return "array";
  if (typeof value !== "object" || value === null) return typeof value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== "raw")
      .map(([name, each]) => [name, shapeOf(each)]),
  );
}

test("ps prints the processes with any options of ps", async (context) => {
  const { pair } = sideBySide(context);
  const all12 = await outcomes(pair, ["run -d ID"]);
  expect(all12.ours).toEqual(all12.theirs);
  for (const words of ["ps ID", "ps ID aux", "ps ID -o pid,args"]) {
    const { ours, theirs } = await pair.both(wordsOf(words));
    const [ourHead, ourFirst] = ours.stdout.split("\n");
    const [head, first] = theirs.stdout.split("\n");
    expect(ourHead).toBe(head);
    const command = (line = "") => line.slice(line.indexOf("sh -c"));
    expect(command(ourFirst)).toBe(command(first));
  }
});

test("what is mounted and made is gone when its command was", (context) => {
  requires(context, root);
  const mounts = execFileSync("cat", ["/proc/self/mountinfo"], {
    encoding: "utf8",
  });
  expect(mounts).not.toContain("minibox-bundle-");
});
