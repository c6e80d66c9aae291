import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { requires, root, run } from "@ns/testkit";
import { describe, expect, onTestFinished, test } from "vitest";
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

describe.each(CALLERS)("for $who", (caller) => {
  test("--plan numbers every syscall, says why, and makes none", async (context) => {
    requiresCaller(context, caller);
    const { code, stdout, stderr } = await minibox(caller, [
      "run",
      "--plan",
      "--hostname",
      "planned",
      "--",
      "true",
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const lines = stdout.trimEnd().split("\n");
    expect(lines.map((line) => Number.parseInt(line, 10))).toEqual(
      lines.map((_, i) => i + 1),
    );
    for (const text of [
      'pivot_root(".", ".")  # the new root',
      'sethostname("planned", 7)',
      "PR_SET_NO_NEW_PRIVS",
      "MS_REC|MS_PRIVATE",
    ]) {
      expect(stdout).toContain(text);
    }
    expect(lines.at(-1)).toMatch(/execve\("[^"]*true", \["true"\]/);
    expect(
      lines.filter((line) => line.includes("  # ")).length,
    ).toBeGreaterThan(lines.length / 3);
  });

  test("a step that fails has its number in the plan", async (context) => {
    requiresCaller(context, caller);
    const args = ["-w", "/nowhere", "--name", "x", "--", "true"];
    const { stderr } = await minibox(caller, ["run", ...args]);
    const [, index = "", total] = /step (\d+) of (\d+)/.exec(stderr) ?? [];
    const { stdout } = await minibox(caller, ["run", "--plan", ...args]);
    const lines = stdout.trimEnd().split("\n");
    expect(lines[Number(index) - 1]).toContain('chdir("/nowhere")');
    expect(String(lines.length)).toBe(total);
  });

  test("doctor finds what this machine can do", async (context) => {
    requiresCaller(context, caller);
    const { code, stdout } = await minibox(caller, ["doctor"]);
    expect(code).toBe(0);
    for (const what of [
      "kernel",
      "user namespaces",
      "AppArmor",
      "subordinate ids",
      "overlay in a user namespace",
      "cgroups",
      "seccomp",
      "Landlock",
    ]) {
      expect(stdout).toMatch(
        new RegExp(`^(?:ok|limited)\\s+${what}: .+$`, "m"),
      );
    }
  });

  test("it works from any folder, by any name, whatever PATH, node and NODE_OPTIONS are", async (context) => {
    requiresCaller(context, caller);
    const directory = mkdtempSync(join(tmpdir(), "minibox-program-"));
    onTestFinished(() => {
      rmSync(directory, { recursive: true });
    });
    chmodSync(directory, 0o755);
    mkdirSync(join(directory, "bin"));
    writeFileSync(
      join(directory, "bin/node"),
      "#!/bin/sh\necho wrong node\nexit 1\n",
      { mode: 0o755 },
    );
    writeFileSync(join(directory, "package.json"), "{ not json");
    symlinkSync(programOf(caller), join(directory, "box"));
    for (const variable of [
      `PATH=${directory}/bin:/usr/bin:/bin`,
      "PATH=",
      "NODE_OPTIONS=--no-such-option",
    ]) {
      const command = [
        variable,
        join(directory, "box"),
        "run",
        "--",
        "/bin/echo",
        "it works",
      ];
      const { stdout, stderr } = await runAs(caller, "/usr/bin/env", command, {
        cwd: directory,
      });
      expect({ stdout, stderr }).toEqual({ stdout: "it works\n", stderr: "" });
    }
  });
});

test("doctor says what is missing and how to mend it", async (context) => {
  requires(context, root);
  const script =
    'echo 0 > /proc/sys/user/max_user_namespaces; exec setpriv --bounding-set=-sys_admin "$0" doctor';
  const { code, stdout } = await run("unshare", [
    "-Ur",
    "sh",
    "-c",
    script,
    programOf(ROOT),
  ]);
  expect(stdout).toMatch(
    /^missing +user namespaces: forbidden by \/proc\/sys\/user\/max_user_namespaces\n +to mend: sysctl user\.max_user_namespaces=/m,
  );
  expect(code).toBe(1);
});

test("without a terminal, start looks around in a container and ends well", async (context) => {
  requiresCaller(context, ROOT);
  const { code, stdout, stderr } = await minibox(ROOT, [], {
    env: { MINIBOX_START: "1" },
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(
    /\$ hostname\nminibox\n.*uid=0\(root\).*1 is the first process here.*\/usr\/hello\n/s,
  );
});

test("help, version and each command's --help", async () => {
  for (const [args, text] of [
    [["help"], "Usage: minibox COMMAND"],
    [["--help"], "Usage: minibox COMMAND"],
    [[], "Usage: minibox COMMAND"],
    [["--version"], /^minibox version \d+\.\d+\.\d+\nspec: 1\.3\.0\n$/],
    [["run", "--help"], "Exit status"],
    [["doctor", "--help"], "Usage: minibox doctor"],
  ] as const) {
    const { code, stdout } = await minibox(ROOT, [...args]);
    expect(code).toBe(0);
    expect(stdout).toMatch(text);
  }
});

test("a reader that goes away is no error", async () => {
  const { stderr } = await run("sh", [
    "-c",
    `'${programOf(ROOT)}' run --plan -- true | head -n 1`,
  ]);
  expect(stderr).toBe("");
});

test("two callers' containers do not see each other", async (context) => {
  for (const caller of CALLERS) requiresCaller(context, caller);
  const [one, other] = await Promise.all(
    CALLERS.map((caller: Caller) =>
      inside(caller, "ls /proc | grep -c '^[0-9]'"),
    ),
  );
  expect([one, other]).toEqual(["3", "3"]);
});
