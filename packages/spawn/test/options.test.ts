import {
  closeSync,
  readdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
  mkdirSync,
  existsSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { requires, root } from "@ns/testkit";
import {
  Capabilities,
  CloneFlags,
  prctl,
  PrctlOptions,
  RlimitResources,
} from "@ns/syscalls";
import { spawn } from "../src/index.ts";
import { describe, expect, onTestFinished, test } from "vitest";
import { capture, MAP_SELF, shell, statusOf } from "./internal/capture.ts";

const INSIDE = { cloneflags: CloneFlags.NEWUSER, ...MAP_SELF };

describe("Node's own options", () => {
  test("cwd, env and argv0 reach the command", async () => {
    const options = {
      cwd: "/usr",
      env: { A: "one two", B: undefined, PATH: "/usr/bin:/bin" },
      argv0: "other",
    };
    const { stdout } = await capture(
      "sh",
      ["-c", "pwd; echo $0; env | grep -E '^(A|B)='"],
      options,
    );
    expect(stdout).toBe("/usr\nother\nA=one two\n");
  });

  test("without env the command has ours", async () => {
    process.env["NS_SPAWN_TEST"] = "ours";
    onTestFinished(() => {
      delete process.env["NS_SPAWN_TEST"];
    });
    expect(await shell("echo $NS_SPAWN_TEST")).toBe("ours");
  });

  test("a command is found in the PATH of its own environment", async () => {
    const directory = mkdtempSync(join(tmpdir(), "ns-spawn-"));
    onTestFinished(() => {
      rmSync(directory, { recursive: true });
    });
    writeFileSync(join(directory, "hello"), "#!/bin/sh\necho found\n", {
      mode: 0o755,
    });
    const { stdout } = await capture("hello", [], {
      env: { PATH: `/nowhere:${directory}` },
    });
    expect(stdout).toBe("found\n");
  });

  test("detached makes a session", async () => {
    expect(
      await shell("ps -o sid= -p $$ | tr -d ' '; echo $$", { detached: true }),
    ).toMatch(/^(\d+)\n\1$/);
  });

  test("stdio: a descriptor, a file and further pipes", async () => {
    const file = openSync("/etc/hostname", "r");
    onTestFinished(() => {
      closeSync(file);
    });
    const { stdout } = await capture("sh", ["-c", "cat; cat <&3"], {
      stdio: [file, "pipe", "pipe", file],
    });
    // one open file: what the first cat has read, the second does not find again
    expect(stdout).toBe(readFileSync("/etc/hostname", "utf8"));
  });
});

describe("SysProcAttr", () => {
  test("credential: ids and groups", async (context) => {
    requires(context, root);
    const credential = { uid: 1234, gid: 2345, groups: [7, 8] };
    expect(await shell("id -u; id -g; id -G", { credential })).toBe(
      "1234\n2345\n2345 7 8",
    );
    expect(await statusOf("CapEff", { credential })).toBe("0000000000000000");
  });

  test("capabilities are exactly those given", async (context) => {
    requires(context, root);
    const one = [Capabilities.CHOWN];
    const capabilities = {
      bounding: [Capabilities.CHOWN, Capabilities.KILL],
      effective: one,
      permitted: one,
    };
    const options = { capabilities };
    const sets = await Promise.all(
      ["CapBnd", "CapEff", "CapPrm", "CapInh", "CapAmb"].map((set) =>
        statusOf(set, options),
      ),
    );
    expect(sets.map((set) => Number.parseInt(set, 16))).toEqual([
      0x21, 0x21, 0x21, 0, 0,
    ]);
  });

  test("ambientCaps survive execve of an ordinary user", async (context) => {
    requires(context, root);
    const options = {
      credential: { uid: 1000, gid: 1000 },
      ambientCaps: [Capabilities.NET_ADMIN],
    };
    for (const set of ["CapEff", "CapAmb"])
      expect(await statusOf(set, options)).toBe("0000000000001000");
  });

  test("noNewPrivileges", async () => {
    expect(await statusOf("NoNewPrivs", { noNewPrivileges: true })).toBe("1");
    expect(await statusOf("NoNewPrivs")).toBe("0");
  });

  test("rlimits and umask", async () => {
    const rlimits = [{ resource: RlimitResources.NOFILE, soft: 64, hard: 128 }];
    expect(
      await shell("ulimit -Sn; ulimit -Hn; umask", { rlimits, umask: 0o027 }),
    ).toBe("64\n128\n0027");
  });

  test("chroot", async () => {
    const cloneflags = CloneFlags.NEWUSER;
    const directory = mkdtempSync(join(tmpdir(), "ns-chroot-"));
    onTestFinished(() => {
      rmSync(directory, { recursive: true });
    });
    mkdirSync(join(directory, "bin"));
    writeFileSync(
      join(directory, "bin/busybox"),
      readFileSync("/bin/busybox"),
      { mode: 0o755 },
    );
    const { stdout } = await capture("/bin/busybox", ["ls", "/"], {
      cloneflags,
      ...MAP_SELF,
      chroot: directory,
    });
    expect(stdout).toBe("bin\n");
  });

  test("seccomp: the filter is in force", async () => {
    // BPF_RET | SECCOMP_RET_ALLOW
    const filter = new Uint8Array([0x06, 0, 0, 0, 0, 0, 0xff, 0x7f]);
    expect(
      await statusOf("Seccomp", { noNewPrivileges: true, seccomp: { filter } }),
    ).toBe("2");
    expect(await statusOf("Seccomp", { ...INSIDE, seccomp: { filter } })).toBe(
      "2",
    );
  });

  test("seccomp: it is asked whether it is in force, and does not see that", async () => {
    // of prctl, whatever it is: SECCOMP_RET_KILL_PROCESS
    const filter = new Uint8Array([
      ...[0x20, 0, 0, 0, 0, 0, 0, 0],
      ...[0x15, 0, 0, 1, prctl(PrctlOptions.GET_SECCOMP).nr, 0, 0, 0],
      ...[0x06, 0, 0, 0, 0, 0, 0, 0x80],
      ...[0x06, 0, 0, 0, 0, 0, 0xff, 0x7f],
    ]);
    const run = (file: string, ...args: string[]) =>
      spawn(file, args, { noNewPrivileges: true, seccomp: { filter } }).exited;
    expect(await run("/bin/true")).toMatchObject({ code: 0, signal: null });
    // PR_GET_NAME
    expect(await run("/bin/busybox", "true")).toMatchObject({
      ...{ code: null, signal: "SIGSYS" },
    });
  });

  test("seccomp: a filter may be as long as the kernel takes", async () => {
    // BPF_MAXINSNS: loads of the number, and in the end SECCOMP_RET_ALLOW
    const load = [0x20, 0, 0, 0, 0, 0, 0, 0];
    const filter = new Uint8Array([
      ...Array.from({ length: 4095 }, () => load).flat(),
      ...[0x06, 0, 0, 0, 0, 0, 0xff, 0x7f],
    ]);
    const options = { noNewPrivileges: true, seccomp: { filter } };
    expect(await statusOf("Seccomp", options)).toBe("2");
  });

  test("a signal ignored here has its default action there, and none is blocked", async () => {
    process.on("SIGUSR2", () => undefined);
    onTestFinished(() => {
      process.removeAllListeners("SIGUSR2");
    });
    for (const set of ["SigIgn", "SigBlk", "SigCgt"])
      expect(await statusOf(set)).toBe("0000000000000000");
  });

  // A machine has version 2 in one of two places, and version 1 or not.
  const hierarchies = (
    [
      ["version 2 beside version 1", "/sys/fs/cgroup/unified", "0::"],
      ["version 2", "/sys/fs/cgroup", "0::"],
      ["version 1", "/sys/fs/cgroup/pids", ":pids:"],
    ] as const
  ).filter(([, hierarchy]) => existsSync(`${hierarchy}/cgroup.procs`));

  test("cgroups are there to be tested", () => {
    expect(hierarchies).not.toEqual([]);
  });

  test.for(hierarchies)(
    "cgroup of %s",
    async ([, hierarchy, line], context) => {
      requires(context, root);
      const name = `ns-spawn-${process.pid}`;
      const cgroup = makeCgroup(hierarchy, line, name);
      expect(
        await shell(`grep '${line}' /proc/self/cgroup`, { cgroup }),
      ).toContain(`/${name}`);
      const inside = { cgroup, cloneflags: CloneFlags.NEWCGROUP };
      expect(
        (await shell(`grep '${line}' /proc/self/cgroup`, inside))
          .split(":")
          .at(-1),
      ).toBe("/");
    },
  );

  test.for(["alone", "in a joined namespace"])(
    "cgroups of all versions at once, %s",
    async (where, context) => {
      requires(context, root);
      const name = `ns-spawn-all-${process.pid}`;
      const cgroup = hierarchies.map(([, hierarchy, line]) =>
        makeCgroup(hierarchy, line, name),
      );
      const join =
        where === "alone"
          ? undefined
          : [{ path: "/proc/self/ns/uts", kind: CloneFlags.NEWUTS }];
      const all = await shell("cat /proc/self/cgroup", { cgroup, join });
      for (const [, , line] of hierarchies)
        expect(all).toMatch(new RegExp(`${line}.*/${name}$`, "m"));
    },
  );
});

/** A child of our own cgroup, until the test has ended. */
function makeCgroup(hierarchy: string, line: string, name: string): string {
  const [, own = "/"] =
    new RegExp(`${line}(.*)$`, "m").exec(
      readFileSync("/proc/self/cgroup", "utf8"),
    ) ?? [];
  const cgroup = join(hierarchy, own, name);
  mkdirSync(cgroup);
  onTestFinished(() => {
    rmdirSync(cgroup);
  });
  return cgroup;
}

test("pdeathsig ends the command with whoever spawned it, at whatever moment that is killed", async () => {
  const { spawn } = await import("node:child_process");
  const fixture = join(import.meta.dirname, "fixtures/spawn-sleep.ts");
  for (const delayMs of [0, 30, 60, 90, 120, 200]) {
    const marker = `100${delayMs}.${process.pid}`;
    const parent = spawn(process.execPath, [fixture, marker], {
      stdio: "ignore",
    });
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    parent.kill("SIGKILL");
    await new Promise((resolve) => parent.once("exit", resolve));
    await expect.poll(() => sleepers(marker), { timeout: 3000 }).toEqual([]);
  }
});

/** The processes whose command line has `marker`. */
function sleepers(marker: string): string[] {
  return readdirSync("/proc").filter(
    (pid) => /^\d+$/.test(pid) && commandLine(pid).includes(`sleep\0${marker}`),
  );
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "latin1");
  } catch {
    // ENOENT, ESRCH: it has just ended
    return "";
  }
}
