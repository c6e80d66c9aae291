import { spawn } from "@ns/spawn";
import { formatStep, register } from "@ns/syscalls";
import { requires, run } from "@ns/testkit";
import { beforeEach, expect, test } from "vitest";
import {
  compileFilter,
  encodeInstructions,
  installSteps,
  libseccompVersion,
  Opcodes,
  type SeccompProfile,
  syscallName,
  syscallNumber,
} from "../src/index.ts";
import { load } from "../src/libseccomp.ts";
import { errorOf } from "./internal/error-of.ts";
import { filtered, fixture, libseccomp } from "./internal/filtered.ts";

beforeEach((context) => requires(context, libseccomp));

const PROFILE: SeccompProfile = {
  defaultAction: "SCMP_ACT_ALLOW",
  syscalls: [
    { names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO", errnoRet: 28 },
  ],
};

test("the steps are values, printed as what they are", () => {
  const allow = encodeInstructions([
    { code: Opcodes.RET_K, jt: 0, jf: 0, k: 0x7fff0000 },
  ]);
  const [privileges, install] = installSteps({ filter: allow, flags: 2 }).map(
    formatStep,
  );
  expect(privileges).toBe("prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)");
  expect(install).toMatch(
    /^seccomp\(SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_LOG, \{len=1, /,
  );
  const fd = register("listener");
  const alone = installSteps(
    { filter: allow },
    { noNewPrivileges: false, listener: fd },
  );
  expect(alone.map(({ name, into }) => [name, into])).toEqual([
    ["seccomp", fd],
  ]);
});

test("a program that is none is refused before any step", () => {
  expect(errorOf(() => installSteps({ filter: new Uint8Array(8) }))?.code).toBe(
    "ERR_SECCOMP_PROGRAM",
  );
});

test("a filter is in force in a child that performs the steps", async () => {
  const child = spawn(
    "/bin/sh",
    ["-c", "grep Seccomp: /proc/self/status; mkdir /tmp/never 2>&1"],
    {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, LANG: "C" },
      setup: installSteps(compileFilter(PROFILE)),
    },
  );
  let text = "";
  child.stdout?.on("data", (chunk: Buffer) => (text += chunk.toString()));
  await Promise.all([
    child.exited,
    new Promise((resolve) => child.once("close", resolve)),
  ]);
  expect(text).toMatch(/^Seccomp:\s*2$/m);
  expect(text).toContain("No space left on device");
});

test("and so it is as the option seccomp of spawn", async () => {
  const { stdout, stderr, code } = await filtered(
    compileFilter(PROFILE),
    "/bin/sh",
    ["-c", "grep Seccomp: /proc/self/status; LANG=C mkdir /tmp/never"],
  );
  expect({ stdout, stderr, code }).toEqual({
    stdout: "Seccomp:\t2\n",
    stderr: expect.stringContaining("No space left on device") as string,
    code: 1,
  });
});

test("a process that filters itself has the filter on all of its threads", async () => {
  const [node, script] = fixture("self.ts", "container root");
  const { code, stdout, stderr } = await run(node, [script], {
    env: { NODE_OPTIONS: undefined },
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(JSON.parse(stdout)).toEqual({
    modes: ["2,1"],
    threads: true,
    child: "EACCES",
    pid: true,
    read: true,
  });
});

test("without libseccomp the error says what to install", () => {
  const error = errorOf(() => load("libseccomp.so.not-there"));
  expect(error).toMatchObject({ code: "ERR_SECCOMP_LIBRARY" });
  expect(error?.message).toContain("cannot load 'libseccomp.so.not-there'");
  expect(error?.hint).toContain("apt-get install libseccomp2");
});

test("syscalls have numbers and names, on each architecture their own", () => {
  expect(libseccompVersion()).toMatch(/^2\.\d+\.\d+$/);
  expect(syscallNumber("openat", "SCMP_ARCH_X86_64")).toBe(257);
  expect(syscallNumber("openat", "SCMP_ARCH_AARCH64")).toBe(56);
  expect(syscallName(257, "SCMP_ARCH_X86_64")).toBe("openat");
  expect(syscallNumber("open", "SCMP_ARCH_AARCH64")).toBeUndefined();
  // libseccomp's own number for what is also a part of socketcall(2) is not the kernel's
  expect(syscallNumber("socket", "SCMP_ARCH_X86")).toBe(359);
  expect(syscallName(359, "SCMP_ARCH_X86")).toBe("socket");
  expect(syscallNumber("no_such_call")).toBeUndefined();
  expect(syscallName(100000)).toBeUndefined();
});
