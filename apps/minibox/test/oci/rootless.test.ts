import { chownSync, existsSync, readFileSync, rmSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import {
  program,
  requires,
  run,
  type RunResult,
  UNPRIVILEGED_UID,
} from "@ns/testkit";
import { expect, type TestContext, test } from "vitest";
import { ORDINARY, programOf, requiresCaller } from "../internal/callers.ts";
import { Bundle, type Draft, uniqueId } from "../internal/bundle.ts";
import { staticBusybox } from "./internal/busybox-bundle.ts";
import { OthersNamespace } from "./internal/others-namespace.ts";

const WAITING = "while :; do sleep 1000; done";
const NO_CGROUP = /level=warning msg="no cgroup for the container: [^\n]+\n/;

/** A bundle of an ordinary user, with `spec --rootless`'s configuration, and minibox as that user has it. */
class Rootless {
  readonly bundle = new Bundle();
  readonly id = uniqueId();
  /** Subordinate ids that the user has, as a line of /etc/subuid; none by default. */
  ranges = "";

  constructor(context: TestContext) {
    requiresCaller(context, ORDINARY, staticBusybox);
    chownSync(this.bundle.directory, UNPRIVILEGED_UID, UNPRIVILEGED_UID);
    chownSync(this.bundle.rootfs, UNPRIVILEGED_UID, UNPRIVILEGED_UID);
    context.onTestFinished(async () => {
      await this.minibox("delete", "--force", this.id);
    });
  }

  async configure(
    script: string,
    change: (config: Draft) => void = () => undefined,
  ): Promise<void> {
    const file = join(this.bundle.directory, "config.json");
    rmSync(file, { force: true });
    const { code, stderr } = await this.minibox("spec", "--rootless");
    if (code !== 0) throw new Error(stderr);
    const config = JSON.parse(readFileSync(file, "utf8")) as Draft;
    if (config.process !== undefined) {
      config.process.terminal = false;
      config.process.args = ["sh", "-c", script];
    }
    change(config);
    this.bundle.write(JSON.stringify(config));
  }

  minibox(...args: string[]): Promise<RunResult> {
    return this.command(`"$0" "$@"`, ...args);
  }

  /** Runs a script where minibox is `$0`. Its output goes to files: a container that stays would hold a pipe open. */
  async command(script: string, ...args: string[]): Promise<RunResult> {
    const { directory } = this.bundle;
    const [out, err] = ["out", "err"].map((name) => join(directory, name));
    const uid = String(UNPRIVILEGED_UID);
    const drop = `exec setpriv --reuid ${uid} --regid ${uid} --clear-groups -- sh -c '${script}' "$@" >${out} 2>${err}`;
    const mount = [
      `mount --make-rprivate /`,
      `printf '%s' "$RANGES" >${directory}/ranges`,
      `mount --bind ${directory}/ranges /etc/subuid`,
      `mount --bind ${directory}/ranges /etc/subgid`,
      drop,
    ].join(" && ");
    const { code, signal } = await run(
      "unshare",
      ["-m", "sh", "-c", mount, "sh", programOf(ORDINARY), ...args],
      {
        cwd: directory,
        env: {
          ...process.env,
          XDG_RUNTIME_DIR: directory,
          RANGES: this.ranges,
          HOME: directory,
        },
      },
    );
    const [stdout = "", stderr = ""] = [out, err].map((path) =>
      readFileSync(path ?? "", "utf8"),
    );
    return { code, signal, stdout, stderr };
  }
}

test("what spec --rootless writes is run as it is, with a warning that there is no cgroup", async (context) => {
  const rootless = new Rootless(context);
  await rootless.configure("id; hostname; exit 4");
  const { code, stdout, stderr } = await rootless.minibox("run", rootless.id);
  expect([code, stdout]).toEqual([4, "uid=0 gid=0\nminibox\n"]);
  expect(stderr).toMatch(NO_CGROUP);
  expect(stderr.trimEnd().split("\n")).toHaveLength(1);
});

test("create, start, exec, ps, kill and delete work without a cgroup", async (context) => {
  const rootless = new Rootless(context);
  const { id } = rootless;
  await rootless.configure(WAITING);
  const succeed = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await rootless.minibox(...args);
    expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: "" });
    return stdout;
  };
  const created = await rootless.minibox("create", id);
  expect(created.code).toBe(0);
  expect(created.stderr).toMatch(NO_CGROUP);
  expect(await succeed("state", id)).toContain('"status": "created"');
  await succeed("start", id);
  expect(await succeed("list")).toMatch(/ running /);
  expect(await succeed("exec", id, "sh", "-c", "id; hostname")).toBe(
    "uid=0 gid=0\nminibox\n",
  );
  await succeed("exec", "-d", id, "sleep", "999");
  const pids = JSON.parse(await succeed("ps", "-f", "json", id)) as number[];
  const commands = pids.map((pid) =>
    readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " "),
  );
  expect(commands).toContain("sleep 999 ");
  expect(await succeed("ps", id)).toContain("sleep 999");
  await succeed("kill", "--all", id, "KILL");
  await expect
    .poll(() => succeed("state", id), { timeout: 10_000 })
    .toContain('"status": "stopped"');
  await succeed("delete", id);
  expect(await succeed("list", "-q")).toBe("");
  expect(existsSync(join(rootless.bundle.directory, "minibox", id))).toBe(
    false,
  );
});

test.each(["pause", "update", "events"])(
  "%s says that the container has no cgroup, and what that takes",
  async (command) => {
    const context = { skip: () => undefined, onTestFinished: () => undefined };
    const rootless = new Rootless(context as unknown as TestContext);
    await rootless.configure(WAITING);
    await rootless.minibox("run", "-d", rootless.id);
    const { code, stderr } = await rootless.minibox(command, rootless.id);
    await rootless.minibox("delete", "--force", rootless.id);
    expect(code).toBe(1);
    expect(stderr).toContain(
      `the container '${rootless.id}' has no cgroup of its own`,
    );
    expect(stderr).toContain("delegated");
  },
);

test("limits that cannot be kept are an error that names them", async (context) => {
  const rootless = new Rootless(context);
  await rootless.configure("true", (config) => {
    config.linux = { ...config.linux, resources: { pids: { limit: 10 } } };
  });
  const { code, stderr } = await rootless.minibox("run", rootless.id);
  expect(code).toBe(1);
  expect(stderr).toContain("cannot honour linux.resources.pids: no cgroup");
  expect((await rootless.minibox("list", "-q")).stdout).toBe("");
});

test("with a terminal the program has one, of the size of ours", async (context) => {
  const rootless = new Rootless(context);
  await rootless.configure("tty; ls -l /dev/console; exit 5", (config) => {
    if (config.process !== undefined) config.process.terminal = true;
  });
  const { code, stdout } = await rootless.command(
    `script -qec "$0 --log /dev/null run ${rootless.id}" /dev/null`,
  );
  expect(code).toBe(5);
  // script(1) types the end of its own input, which the terminal may echo, and take back
  expect(stdout.replaceAll(/\^[@D]|[\b]/g, "")).toMatch(
    /\/dev\/pts\/0[\r\n]+crw--w---- .* 136, +0 /,
  );
});

test("subordinate ids are mapped by newuidmap", async (context) => {
  const rootless = new Rootless(context);
  requiresCaller(context, ORDINARY, program("newuidmap"));
  const { username } = userInfo();
  expect(username).not.toBe("");
  rootless.ranges = `${UNPRIVILEGED_UID}:100000:65536\n`;
  const mappings = [
    { containerID: 0, hostID: UNPRIVILEGED_UID, size: 1 },
    { containerID: 1, hostID: 100_000, size: 65_536 },
  ];
  const script =
    "cat /proc/self/uid_map; id; touch /tmp/x && chown 5:6 /tmp/x && stat -c %u:%g /tmp/x; rm /tmp/x";
  await rootless.configure(script, (config) => {
    config.linux = {
      ...config.linux,
      uidMappings: mappings,
      gidMappings: mappings,
    };
    config.root = { path: "rootfs", readonly: false };
    const all = ["CAP_CHOWN"];
    if (config.process !== undefined) {
      config.process.user = { uid: 0, gid: 0, additionalGids: [7] };
      config.process.capabilities = {
        ...{ bounding: all, effective: all, permitted: all },
      };
    }
  });
  chownSync(
    join(rootless.bundle.rootfs, "tmp"),
    UNPRIVILEGED_UID,
    UNPRIVILEGED_UID,
  );
  const { code, stdout, stderr } = await rootless.minibox("run", rootless.id);
  expect(stderr).toMatch(NO_CGROUP);
  expect(code).toBe(0);
  expect(stdout.replaceAll(/ +/g, " ")).toBe(
    ` 0 ${UNPRIVILEGED_UID} 1\n 1 100000 65536\nuid=0 gid=0 groups=7\n5:6\n`,
  );
});

test("create --plan shows an ordinary user the plan, and makes nothing", async (context) => {
  const rootless = new Rootless(context);
  await rootless.configure("true");
  const { code, stdout, stderr } = await rootless.minibox(
    ...["create", "--plan", rootless.id],
  );
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/^ +\d+ {2}sethostname\("minibox", 7\)/m);
  expect(stdout).toMatch(/execve\("sh"|execve\(/);
  expect(existsSync(join(rootless.bundle.directory, "minibox"))).toBe(false);
});

test("without XDG_RUNTIME_DIR the error says where states could be kept", async (context) => {
  const rootless = new Rootless(context);
  const uid = String(UNPRIVILEGED_UID);
  requires(context, {
    met: () => !existsSync(`/run/user/${uid}`),
    reason: "needs an ordinary user who is not logged in",
  });
  const { code, stderr } = await rootless.command(
    'env -u XDG_RUNTIME_DIR "$0" list',
  );
  expect(code).toBe(1);
  expect(stderr).toContain("XDG_RUNTIME_DIR is not set");
  expect(stderr).toContain("--root DIR");
});

test("a user and a mount namespace of the same user's are joined together, and are left as they were", async (context) => {
  const rootless = new Rootless(context);
  const { id } = rootless;
  const uid = String(UNPRIVILEGED_UID);
  const there = await OthersNamespace.make({
    through: ["setpriv", "--reuid", uid, "--regid", uid, "--clear-groups"],
    words: ["--map-root-user", "--mount"],
  });
  const before = there.mounts();
  await rootless.configure(WAITING, ({ linux }) => {
    for (const namespace of linux?.namespaces ?? [])
      if (namespace.type === "mount") namespace.path = there.path;
      else if (namespace.type === "user")
        namespace.path = `/proc/${there.pid}/ns/user`;
  });
  const { code } = await rootless.minibox("run", "--detach", id);
  expect(code).toBe(0);
  const look = "id; readlink /proc/self/ns/mnt; ls -d /bin /home";
  const { stdout } = await rootless.minibox("exec", id, "sh", "-c", look);
  expect(stdout).toBe(`uid=0 gid=0\n${there.name}\n/bin\n`);
  await rootless.minibox("delete", "--force", id);
  expect(there.mounts()).toEqual(before);
});
