import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { compileFilter, defaultProfile, evaluate } from "@ns/seccomp";
import { currentArch } from "@ns/syscalls";
import { program, requires, root, temporaryDirectory } from "@ns/testkit";
import { describe, expect, test } from "vitest";
import {
  defaultFilter,
  defaultFilterCapabilities,
} from "../../src/plan/default-filter.ts";
import { planRun } from "../../src/run.ts";
import { CALLERS, minibox, requiresCaller, ROOT } from "../internal/callers.ts";
import { probePath } from "./internal/probe.ts";

describe.each(CALLERS)("in a sandbox of $who", (caller) => {
  test("D5: no user namespace can be made, in any of the ways there are", async (context) => {
    requiresCaller(context, caller, program("gcc"));
    const { stdout } = await minibox(caller, [
      ...["run", "--", probePath(), "userns"],
    ]);
    expect(stdout).toBe("unshare EPERM\nclone EPERM\nclone3 ENOSYS\n");
  });

  test("D5: with --seccomp unconfined it can", async (context) => {
    requiresCaller(context, caller, program("gcc"));
    const { stdout } = await minibox(caller, [
      ...["run", "--seccomp", "unconfined", "--", probePath(), "userns"],
    ]);
    expect(stdout).toBe("unshare ok\nclone ok\nclone3 ok\n");
  });
});

test("D5: a profile of one's own takes the filter's place", async (context) => {
  requires(context, root);
  const file = join(temporaryDirectory("ns-test-profile-"), "profile.json");
  const names = ["mkdir", "mkdirat"];
  const rule = { names, action: "SCMP_ACT_ERRNO", errnoRet: 28 };
  writeFileSync(
    file,
    JSON.stringify({ defaultAction: "SCMP_ACT_ALLOW", syscalls: [rule] }),
  );
  const { code, stderr } = await minibox(ROOT, [
    ...["run", "--seccomp", file, "--", "env", "LC_ALL=C", "mkdir", "/tmp/x"],
  ]);
  expect({ code, stderr }).toMatchObject({ code: 1 });
  expect(stderr).toContain("No space left on device");
});

test.for([
  ["/nowhere/profile.json", undefined, "/nowhere/profile.json"],
  ["profile.json", "{", "JSON"],
  ["profile.json", '{"defaultAction":"SCMP_ACT_NONSENSE"}', "defaultAction"],
] as const)(
  "D5: one that is not there or no profile is an error: %s %s",
  async ([name, text, says], context) => {
    requires(context, root);
    const file = join(temporaryDirectory("ns-test-profile-"), name);
    if (text !== undefined) writeFileSync(file, text);
    const { code, stdout, stderr } = await minibox(ROOT, [
      ...["run", "--seccomp", text === undefined ? name : file],
      ...["--", "echo", "ran"],
    ]);
    expect({ code, stdout }).toEqual({ code: 125, stdout: "" });
    expect(stderr).toContain(says);
  },
);

test("D5: the filter comes right before the command", () => {
  const names = planRun({ command: ["/bin/true"] }).map(({ name }) => name);
  // and is asked whether it is in force
  expect(names.slice(-3)).toEqual(["seccomp", "prctl", "execve"]);
  const none = planRun({ command: ["/bin/true"], seccomp: "unconfined" });
  expect(none.map(({ name }) => name)).not.toContain("seccomp");
});

test("D5: the filter that comes with minibox allows nothing that its profile does not", () => {
  const arch = currentArch();
  const now = compileFilter(defaultProfile, {
    capabilities: defaultFilterCapabilities,
  }).filter;
  const { filter } = defaultFilter(arch);
  const names =
    arch === "x64"
      ? (["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"] as const)
      : (["SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"] as const);
  let allowed = 0;
  for (const name of names)
    for (let nr = 0; nr < 480; nr++)
      for (const flags of [0n, 0x10000000n]) {
        const data = { arch: name, nr, args: [flags] };
        const verdicts = [filter, now].map((each) => evaluate(each, data));
        const [shipped, made] = verdicts.map(
          ({ action }) => action === "SCMP_ACT_ALLOW",
        );
        if (shipped === true) allowed++;
        expect([nr, shipped === true && made !== true]).toEqual([nr, false]);
      }
  expect(allowed).toBeGreaterThan(500);
});
