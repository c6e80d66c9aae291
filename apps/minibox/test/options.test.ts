import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { parseRun } from "../src/commands/run-options.ts";
import {
  type Caller,
  CALLERS,
  inside,
  minibox,
  programOf,
  requiresCaller,
  ROOT,
  runAs,
} from "./internal/callers.ts";

/** A directory on the host that the caller may write. */
function directoryOf({ uid }: Caller): string {
  const directory = mkdtempSync("/var/tmp/minibox-test-");
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  chownSync(directory, uid, uid);
  chmodSync(directory, 0o755);
  return directory;
}

/** A root file system of busybox alone. */
function busyboxRoot(caller: Caller): string {
  const directory = directoryOf(caller);
  for (const name of ["bin", "etc", "tmp"]) mkdirSync(join(directory, name));
  copyFileSync("/bin/busybox", join(directory, "bin/busybox"));
  for (const name of ["sh", "ls", "cat", "id", "touch", "mount", "true"])
    symlinkSync("busybox", join(directory, "bin", name));
  writeFileSync(
    join(directory, "etc/passwd"),
    "root:x:0:0::/root:/bin/sh\nalice:x:1234:5678::/home/alice:/bin/sh\n",
  );
  writeFileSync(join(directory, "etc/group"), "root:x:0:\nstaff:x:50:alice\n");
  execFileSync("chown", ["-R", `${caller.uid}:${caller.uid}`, directory]);
  return directory;
}

describe.each(CALLERS)("for $who", (caller) => {
  test("-e sets variables, and nothing else of ours gets in", async (context) => {
    requiresCaller(context, caller);
    const env = {
      SECRET: "x",
      PASSED: "from outside",
      NODE_OPTIONS: "--no-warnings",
      LD_LIBRARY_PATH: "/x",
    };
    const options = [
      "-e",
      "A=one two",
      "-e",
      "PASSED",
      "-e",
      "EMPTY=",
      "-e",
      "NOT_SET_HERE",
    ];
    const text = await inside(
      caller,
      "env | cut -d= -f1 | sort | tr '\\n' ' '; echo; echo $A,$PASSED,$EMPTY",
      { env, options },
    );
    const [names, values] = text.split("\n");
    expect(
      names
        ?.trim()
        .split(" ")
        .filter(
          (name) => !["PWD", "LANG", "SHLVL", "_", "OLDPWD"].includes(name),
        ),
    ).toEqual([
      "A",
      "EMPTY",
      "HOME",
      "HOSTNAME",
      "PASSED",
      "PATH",
      "container",
    ]);
    expect(values).toBe("one two,from outside,");
  });

  test("-w, --hostname, --name and the caller's directory", async (context) => {
    requiresCaller(context, caller);
    expect(await inside(caller, "pwd", { options: ["-w", "/usr/share"] })).toBe(
      "/usr/share",
    );
    expect(await inside(caller, "pwd", { cwd: "/usr/lib" })).toBe("/usr/lib");
    expect(
      await inside(caller, "hostname", { options: ["--hostname", "web-1"] }),
    ).toBe("web-1");
    expect(
      await inside(caller, "hostname; echo $HOSTNAME", {
        options: ["--name", "box"],
      }),
    ).toBe("box\nbox");
  });

  test("it starts in / where the caller may not search what is above its directory", async (context) => {
    requiresCaller(context, caller);
    const closed = mkdtempSync(join(tmpdir(), "ns-test-"));
    onTestFinished(() => {
      rmSync(closed, { recursive: true });
    });
    const cwd = join(closed, "inner");
    mkdirSync(cwd);
    expect(await inside(caller, "pwd", { cwd })).toBe(
      caller.uid === 0 ? cwd : "/",
    );
  });

  test("-u by number is that user, without capabilities", async (context) => {
    requiresCaller(context, caller);
    const script = "id -u; id -g; grep CapEff /proc/self/status";
    expect(await inside(caller, script, { options: ["-u", "1234:5678"] })).toBe(
      "1234\n5678\nCapEff:\t0000000000000000",
    );
  });

  test("-v shows a directory or a file, and what is written there stays", async (context) => {
    requiresCaller(context, caller);
    const directory = directoryOf(caller);
    writeFileSync(join(directory, "file"), "shared");
    const options = [
      "-v",
      `${directory}:/data/deep`,
      "-v",
      `${directory}/file:/data/one:ro`,
    ];
    const script =
      "cat /data/one; echo back > /data/deep/new; { echo x > /data/one; } 2>&1 || true";
    expect(await inside(caller, script, { options })).toMatch(
      /^shared.*Read-only file system$/s,
    );
    expect(readFileSync(join(directory, "new"), "utf8")).toBe("back\n");
    const readOnly = ["-v", `${directory}:/data:ro`];
    expect(
      await inside(caller, "touch /data/x 2>&1 || true", { options: readOnly }),
    ).toContain("Read-only file system");
  });

  test("--rootfs is the root, read-write, with its own users", async (context) => {
    requiresCaller(context, caller);
    const rootfs = busyboxRoot(caller);
    const options = ["--rootfs", rootfs];
    expect(
      await inside(caller, "ls /; pwd; echo kept > /etc/new; echo $HOME", {
        options,
      }),
    ).toBe("bin\ndev\netc\nproc\nsys\ntmp\n/\n/root");
    expect(readFileSync(join(rootfs, "etc/new"), "utf8")).toBe("kept\n");
    expect(
      await inside(caller, "id -u; echo $HOME", {
        options: [...options, "-u", "alice"],
      }),
    ).toBe("1234\n/home/alice");
    const refused = await minibox(caller, [
      "run",
      "--read-only",
      ...options,
      "--",
      "touch",
      "/x",
    ]);
    expect(refused.stderr).toContain("Read-only file system");
    expect(existsSync(join(rootfs, "x"))).toBe(false);
  });

  test.each(["proc", "sys", "dev"])(
    "a root whose /%s is a link to somewhere else is refused, and that is left alone",
    async (name) => {
      const rootfs = busyboxRoot(caller);
      const canary = directoryOf(caller);
      symlinkSync(canary, join(rootfs, name));
      const { code, stderr } = await minibox(caller, [
        "run",
        "--rootfs",
        rootfs,
        "--",
        "true",
      ]);
      expect({
        code,
        refused: /^minibox: (?:ENOTDIR|ELOOP|ENOENT|EEXIST)/.test(stderr),
      }).toEqual({ code: 125, refused: true });
      expect(execFileSync("ls", ["-A", canary], { encoding: "utf8" })).toBe("");
    },
  );

  test("a hostile user database is neither followed out of the root, nor waited for, nor read without end", async (context) => {
    requiresCaller(context, caller);
    const rootfs = busyboxRoot(caller);
    const passwd = join(rootfs, "etc/passwd");
    const user = ["run", "--rootfs", rootfs, "-u", "daemon", "--", "true"];
    for (const make of [
      () => {
        symlinkSync("/../../../../etc/passwd", passwd);
      },
      () => {
        execFileSync("mkfifo", [passwd]);
      },
      () => {
        writeFileSync(passwd, "");
        truncateSync(passwd, 2 ** 30);
      },
    ]) {
      rmSync(passwd, { force: true });
      make();
      const { code, stderr } = await minibox(caller, user, {
        timeoutMs: 10_000,
      });
      expect({ code, stderr }).toMatchObject({
        code: 125,
        stderr: expect.stringMatching(
          /unknown user 'daemon'|ELOOP: .*'etc\/passwd'|cannot read \/etc\/passwd of the root/,
        ) as string,
      });
    }
  });

  test("stdin passes through, and fifty megabytes come out", async (context) => {
    requiresCaller(context, caller);
    expect(await inside(caller, "cat", { input: "through a pipe" })).toBe(
      "through a pipe",
    );
    const child = spawn("setpriv", [
      "--reuid",
      String(caller.uid),
      "--regid",
      String(caller.uid),
      "--clear-groups",
      programOf(caller),
      "run",
      "--",
      "head",
      "-c",
      "50000000",
      "/dev/zero",
    ]);
    let count = 0;
    child.stdout.on("data", (chunk: Buffer) => (count += chunk.length));
    await once(child, "close");
    expect(count).toBe(50_000_000);
  });

  test("a command sees three descriptors, whatever we were given", async (context) => {
    requiresCaller(context, caller);
    const leak =
      'for i in $(seq 10 60); do eval "exec $i</etc"; done 2>/dev/null; ';
    const { stdout } = await runAs(caller, "bash", [
      "-c",
      `${leak} exec "$0" run -- ls /proc/self/fd`,
      programOf(caller),
    ]);
    expect(stdout).toBe("0\n1\n2\n3\n");
  });

  test("capabilities, no_new_privs and what is masked are a container's", async (context) => {
    requiresCaller(context, caller);
    const status = await inside(
      caller,
      "grep -E '^(Cap|NoNewPrivs)' /proc/self/status",
    );
    expect(status.replaceAll("\t", " ").split("\n")).toEqual([
      "CapInh: 0000000000000000",
      "CapPrm: 00000000a80425fb",
      "CapEff: 00000000a80425fb",
      "CapBnd: 00000000a80425fb",
      "CapAmb: 0000000000000000",
      "NoNewPrivs: 1",
    ]);
    const masked =
      "cat /proc/keys /proc/timer_list /proc/kcore 2>/dev/null | wc -c; ls /proc/acpi /sys/firmware 2>/dev/null | grep -v : | wc -w; { echo 1 > /proc/sys/vm/swappiness; } 2>&1 | grep -c Read-only; umount /proc/keys 2>&1 | grep -c -i -E 'permi|superuser'";
    expect(await inside(caller, masked)).toBe("0\n0\n1\n1");
    expect(
      await inside(
        caller,
        "readlink /proc/1/exe; pwd -P; ls /dev | tr '\\n' ' '",
      ),
    ).toMatch(
      /^\/usr\/bin\/dash\n\/.*\ncore fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero\s*$/,
    );
  });
});

test("by name, a user brings its groups; a group can be given", async (context) => {
  requiresCaller(context, ROOT);
  const options = ["--rootfs", busyboxRoot(ROOT)];
  expect(
    await inside(ROOT, "id -G", { options: [...options, "-u", "alice"] }),
  ).toBe("5678 50");
  expect(
    await inside(ROOT, "id -u; id -G", {
      options: [...options, "-u", "alice:staff"],
    }),
  ).toBe("1234\n50");
});

test("whatever follows the command is the command's, to the letter", () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (args) => {
      expect(
        parseRun(["-e", "A=1", "--", "cmd", ...args], {}).options.command,
      ).toEqual(["cmd", ...args]);
      expect(
        parseRun(["--name", "x", "cmd", ...args], {}).options.command,
      ).toEqual(["cmd", ...args]);
    }),
  );
});
