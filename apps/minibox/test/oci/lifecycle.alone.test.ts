import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
} from "node:fs";
import { join } from "node:path";
import { parseState } from "@ns/oci";
import { program, requires, root, run } from "@ns/testkit";
import { expect, type TestContext, test, vi } from "vitest";
import {
  Bundle,
  programPath,
  unescaped,
  uniqueId,
} from "../internal/bundle.ts";

const NEEDS = [root, program("busybox")] as const;
const WAITING = "while :; do sleep 0.1; done";

async function created(context: TestContext, script: string) {
  requires(context, ...NEEDS);
  const bundle = new Bundle().configure(script);
  const id = uniqueId();
  const { code, stderr } = await bundle.minibox("create", id);
  expect([code, stderr]).toEqual([0, ""]);
  return { bundle, id };
}

async function start(bundle: Bundle, id: string): Promise<number | null> {
  return (await bundle.runtimeQuietly("start", id)).code;
}

async function stateOf(bundle: Bundle, id: string) {
  return parseState((await bundle.minibox("state", id)).stdout);
}

test("create, start, kill and delete lead through the states of the specification", async (context) => {
  const { bundle, id } = await created(context, WAITING);
  const state = await stateOf(bundle, id);
  expect(state).toMatchObject({
    id,
    status: "created",
    bundle: bundle.directory,
  });
  expect((await bundle.minibox("start", id)).code).toBe(0);
  expect((await stateOf(bundle, id)).status).toBe("running");
  expect((await bundle.minibox("delete", id)).stderr).toContain("not stopped");
  expect((await bundle.minibox("kill", id, "KILL")).code).toBe(0);
  await vi.waitFor(async () => {
    expect((await stateOf(bundle, id)).status).toBe("stopped");
  });
  expect((await bundle.minibox("kill", id)).stderr).toContain(
    "container not running",
  );
  expect((await bundle.minibox("delete", id)).code).toBe(0);
  expect(existsSync(join(bundle.state, id))).toBe(false);
  expect((await bundle.minibox("state", id)).stderr).toContain(
    "container does not exist",
  );
});

test("a created container is a small native process without descriptors of ours", async (context) => {
  const { bundle, id } = await created(context, WAITING);
  const { pid = 0 } = await stateOf(bundle, id);
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const [, kib = "0"] = /^VmRSS:\s+(\d+) kB$/m.exec(status) ?? [];
  expect(Number(kib)).toBeLessThan(512);
  const fds = readdirSync(`/proc/${pid}/fd`).map((fd) => [
    fd,
    readlinkSync(`/proc/${pid}/fd/${fd}`),
  ]);
  expect(fds.slice(3)).toEqual([["3", join(bundle.state, id, "exec.fifo")]]);
});

test("a container is started once", async (context) => {
  const { bundle, id } = await created(context, WAITING);
  const both = await Promise.all([start(bundle, id), start(bundle, id)]);
  // of two at the same time one may find the other at it
  expect(both.filter((code) => code === 0).length).toBeGreaterThan(0);
  expect((await bundle.minibox("start", id)).stderr).toContain(
    "cannot start an already running container",
  );
});

test("an id is taken once", async (context) => {
  const { bundle, id } = await created(context, WAITING);
  expect((await bundle.minibox("create", id)).stderr).toContain(
    "already exists",
  );
});

test("run gives the exit status of the program, and leaves nothing", async (context) => {
  requires(context, ...NEEDS);
  const bundle = new Bundle().configure("echo out; exit 7");
  const { code, stdout, stderr } = await bundle.minibox("run", uniqueId());
  expect([code, stdout, stderr]).toEqual([7, "out\n", ""]);
  expect(bundle.ids()).toEqual([]);
});

test.each([
  ["nosuch", 'exec: "nosuch": executable file not found in $PATH'],
  ["/nosuch", 'exec: "/nosuch": stat /nosuch: no such file or directory'],
  ["/etc", 'exec: "/etc": permission denied'],
])(
  "create fails in the words that engines look for if the program is %s",
  async (file, words) => {
    const bundle = new Bundle().configure("", ({ process }) => {
      if (process !== undefined) process.args = [file];
    });
    const { code, stderr } = await bundle.minibox("create", uniqueId());
    expect(code).toBe(1);
    expect(unescaped(stderr)).toContain(words);
    expect(bundle.ids()).toEqual([]);
  },
);

test("exec joins the container, with its exit status", async (context) => {
  const { bundle, id } = await created(context, WAITING);
  await bundle.minibox("start", id);
  const { code, stdout } = await bundle.minibox(
    "exec",
    id,
    "sh",
    "-c",
    "hostname; exit 4",
  );
  expect([code, stdout]).toEqual([4, "minibox\n"]);
  const links = await bundle.minibox(
    "exec",
    id,
    "sh",
    "-c",
    "readlink /proc/1/ns/mnt; readlink /proc/self/ns/mnt",
  );
  const [first, own] = links.stdout.split("\n");
  expect(first).toMatch(/^mnt:/);
  expect(own).toBe(first);
});

test("exec gives no capability that the container does not have", async (context) => {
  const { bundle, id } = await created(context, WAITING);
  await bundle.minibox("start", id);
  const { code, stderr } = await bundle.minibox(
    "exec",
    "--cap",
    "CAP_SYS_ADMIN",
    id,
    "true",
  );
  expect(code).toBe(255);
  expect(stderr).toContain("the container itself does not have CAP_SYS_ADMIN");
});

test.each([
  "1000abc",
  "",
  ":",
  "0x3e8",
  "-1",
  "4294967296",
  "4294967295",
  " 1000",
])("exec takes no user %j", async (user) => {
  const bundle = new Bundle().configure(WAITING);
  const id = uniqueId();
  await bundle.minibox("run", "-d", id);
  const { code, stderr } = await bundle.minibox(
    "exec",
    `--user=${user}`,
    id,
    "id",
  );
  expect([code, stderr.includes("invalid user")]).toEqual([255, true]);
});

test("pause stops what runs, and resume lets it go on", async (context) => {
  const { bundle, id } = await created(context, WAITING);
  await bundle.minibox("start", id);
  expect((await bundle.minibox("pause", id)).code).toBe(0);
  expect((await stateOf(bundle, id)).status).toBe("paused");
  expect((await bundle.minibox("exec", id, "true")).stderr).toContain("paused");
  expect((await bundle.minibox("resume", id)).code).toBe(0);
  expect((await stateOf(bundle, id)).status).toBe("running");
  const pids = JSON.parse(
    (await bundle.minibox("ps", "-f", "json", id)).stdout,
  ) as number[];
  expect(pids).toContain((await stateOf(bundle, id)).pid);
});

test("hooks run at their moments, with the state and no other environment", async (context) => {
  requires(context, ...NEEDS);
  const bundle = new Bundle();
  const log = join(bundle.directory, "hooks");
  const hook = (name: string) => [
    {
      path: "/bin/sh",
      args: [
        "sh",
        "-c",
        `{ echo ${name}; tr -d '\\n'; echo; env | grep -v '^_=\\|PWD\\|SHLVL'; } >>${log}`,
      ],
      env: ["A=b"],
    },
  ];
  bundle.configure("true", (config) => {
    config.hooks = Object.fromEntries(
      [
        "prestart",
        "createRuntime",
        "createContainer",
        "poststart",
        "poststop",
      ].map((name) => [name, hook(name)]),
    );
  });
  expect((await bundle.minibox("run", uniqueId())).code).toBe(0);
  const lines = readFileSync(log, "utf8")
    .split("\n")
    .filter((line) => line !== "");
  expect(lines.filter((line) => /^\w+$/.test(line))).toEqual([
    "prestart",
    "createRuntime",
    "createContainer",
    "poststart",
    "poststop",
  ]);
  expect(lines.filter((line) => line === "A=b")).toHaveLength(5);
  const states = lines
    .filter((line) => line.startsWith("{"))
    .map((line) => parseState(line));
  expect(states.map(({ status }) => status)).toEqual([
    "creating",
    "creating",
    "creating",
    "running",
    "stopped",
  ]);
});

test("a hook that fails leaves no container", async (context) => {
  requires(context, ...NEEDS);
  const bundle = new Bundle().configure("true", (config) => {
    config.hooks = { createRuntime: [{ path: "/bin/false" }] };
  });
  const { code, stderr } = await bundle.minibox("create", uniqueId());
  expect(code).toBe(1);
  expect(stderr).toContain(
    "error running createRuntime hook #0: exit status 1",
  );
  expect(bundle.ids()).toEqual([]);
});

test("--cgroup-manager disabled leaves a container in the caller's cgroup, and refuses limits", async (context) => {
  requires(context, ...NEEDS);
  const disabled = ["--cgroup-manager", "disabled", "run"];
  const bundle = new Bundle().configure("cat /proc/self/cgroup", (config) => {
    delete config.linux?.resources;
  });
  const { code, stdout, stderr } = await bundle.minibox(
    ...disabled,
    uniqueId(),
  );
  expect(stderr).toBe("");
  expect([code, stdout]).toEqual([
    0,
    readFileSync("/proc/self/cgroup", "utf8"),
  ]);
  bundle.configure("true", ({ linux }) => {
    if (linux !== undefined) linux.resources = { pids: { limit: 9 } };
  });
  const limited = await bundle.minibox(...disabled, uniqueId());
  expect([limited.code, bundle.ids()]).toEqual([1, []]);
  expect(limited.stderr).toContain("linux.resources.pids");
});

test("the root of a user namespace keeps containers in its user's directory", async (context) => {
  requires(context, ...NEEDS);
  const bundle = new Bundle();
  // a directory that can be read, or the other one, where that user is not let in
  mkdirSync(join(bundle.directory, "run/minibox/kept"), { recursive: true });
  const { stdout } = await run(
    "unshare",
    ["--user", "--map-root-user", programPath(), "list", "--quiet"],
    { env: { XDG_RUNTIME_DIR: join(bundle.directory, "run"), USER: "me" } },
  );
  expect(stdout).toBe("kept\n");
});

test("a working directory that is no more is no obstacle", async (context) => {
  requires(context, ...NEEDS);
  const bundle = new Bundle();
  const script = `mkdir gone && cd gone && rmdir ../gone && exec "$@"`;
  const args = [programPath(), "--root", bundle.state, "list", "--quiet"];
  const { code, stdout } = await run("sh", ["-c", script, "sh", ...args], {
    cwd: bundle.directory,
  });
  expect([code, stdout]).toEqual([0, ""]);
});

test("a log file gets the error as runc writes it", async (context) => {
  requires(context, ...NEEDS);
  const bundle = new Bundle().configure("true");
  const log = join(bundle.directory, "log");
  await bundle.minibox("--log", log, "--log-format", "json", "start", "nosuch");
  expect(JSON.parse(readFileSync(log, "utf8"))).toMatchObject({
    level: "error",
    msg: "container does not exist",
  });
});
