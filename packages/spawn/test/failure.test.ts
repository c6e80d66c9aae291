import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "@ns/testkit";
import {
  AtFlags,
  chdir,
  close,
  CloneFlags,
  errnoNumber,
  formatStep,
  mkdirat,
  mount,
  register,
  sethostname,
  step,
  umount2,
} from "@ns/syscalls";
import { describe, expect, onTestFinished, test } from "vitest";
import { planSpawn, spawn, type SpawnOptions } from "../src/index.ts";
import {
  capture,
  MAP_SELF,
  openDescriptors,
  shell,
} from "./internal/capture.ts";

const NEW = {
  cloneflags: CloneFlags.NEWUSER | CloneFlags.NEWNS | CloneFlags.NEWPID,
  ...MAP_SELF,
};

describe.each([
  ["here", {}],
  ["in new namespaces", NEW],
])("%s", (_, options) => {
  test.each([
    ["a command that is not there", "/nowhere/command", "ENOENT"],
    ["a command that is nowhere in PATH", "ns-spawn-nowhere", "ENOENT"],
    ["a file that may not be executed", "/etc/passwd", "EACCES"],
    ["a directory", "/etc", "EACCES"],
  ])("%s is an error of execve", async (_name, file, code) => {
    await expect(capture(file, [], options)).rejects.toMatchObject({
      name: "SyscallError",
      code,
      errno: -errnoNumber(code as "ENOENT"),
      syscall: "execve",
      path: file,
    });
  });

  test("a program of no known format is ENOEXEC", async () => {
    const directory = mkdtempSync(join(tmpdir(), "ns-spawn-"));
    onTestFinished(() => {
      rmSync(directory, { recursive: true });
    });
    const file = join(directory, "program");
    writeFileSync(file, "no interpreter", { mode: 0o755 });
    await expect(capture(file, [], options)).rejects.toMatchObject({
      code: "ENOEXEC",
      path: file,
    });
  });

  test("a working directory that is not there is an error of chdir", async () => {
    await expect(
      capture("true", [], { ...options, cwd: "/nowhere" }),
    ).rejects.toMatchObject({
      code: "ENOENT",
      syscall: "chdir",
      path: "/nowhere",
    });
  });

  test("a step of setup that fails is named, with its number in the plan", async () => {
    const setup = [
      chdir("/"),
      step(mount("none", "/nowhere", "tmpfs", 0, null), {
        why: "a file system",
      }),
    ];
    const whole: SpawnOptions = { ...options, setup, stdio: "ignore" };
    const error = await spawn("true", [], whole).exited.then(
      () => undefined,
      (reason: unknown) =>
        reason as Error & {
          step: { index: number; total: number };
          call: string;
        },
    );
    const plan = planSpawn("true", [], whole);
    expect(error).toMatchObject({
      code: "ENOENT",
      syscall: "mount",
      path: "none",
      dest: "/nowhere",
      step: { total: plan.length },
    });
    const failed = plan[(error?.step.index ?? 0) - 1];
    expect(failed && formatStep(failed)).toBe(error?.call);
    expect(error?.message).toMatch(
      /^ENOENT: no such file or directory, mount 'none' -> '\/nowhere' \(step \d+ of \d+: a file system\)$/,
    );
  });

  test("a failure leaves no process and no descriptor", async () => {
    await expect(capture("/nowhere", [], options)).rejects.toThrow("ENOENT");
    const before = openDescriptors();
    for (let i = 0; i < 5; i++)
      await expect(capture("/nowhere", [], options)).rejects.toThrow("ENOENT");
    await expect.poll(openDescriptors).toBe(before);
    expect(
      (await run("ps", ["--ppid", String(process.pid), "-o", "stat=,comm="]))
        .stdout,
    ).not.toMatch(/^Z|nsinit/m);
  });

  test("the error event and the promise tell the same", async () => {
    const child = spawn("/nowhere", [], options);
    const [error] = (await once(child, "error")) as [Error];
    await expect(child.exited).rejects.toBe(error);
    await expect(child.spawned).rejects.toBe(error);
  });
});

test("an error that nobody hears of ends the process, as in Node", async () => {
  const source = `import { spawn } from ${JSON.stringify(new URL("../src/index.ts", import.meta.url).href)}; spawn("/nowhere");`;
  const { code, stderr } = await run(process.execPath, [
    "--input-type=module",
    "-e",
    source,
  ]);
  expect(code).toBe(1);
  expect(stderr).toContain(
    "ENOENT: no such file or directory, execve '/nowhere'",
  );
});

test("expected errors are passed over, and their alternative is run", async () => {
  const options = {
    ...NEW,
    setup: [
      step(umount2("/nowhere", 0), { ignore: ["ENOENT", "EINVAL"] }),
      step(sethostname("never"), {
        ignore: "any",
        otherwise: [mount("none", "/mnt", "tmpfs", 0, null)],
      }),
      mkdirat(AtFlags.FDCWD, "/mnt/made", 0o755),
    ],
  };
  // without a UTS namespace of its own, root inside may not rename the host
  expect(await shell("ls /mnt", options)).toBe("made");
});

test("a register that has no value, or too many of them, is refused before anything happens", () => {
  const registers = Array.from({ length: 300 }, (_, i) =>
    close(register(`r${i}`)),
  );
  expect(() => spawn("true", [], { setup: registers })).toThrow(RangeError);
});

test.each<[string, SpawnOptions, string]>([
  [
    "cloneflags",
    { cloneflags: CloneFlags.VM },
    "invalid cloneflags '0x100': expected kinds of namespaces, CLONE_NEW*",
  ],
  [
    "uidMappings without a user namespace",
    { uidMappings: MAP_SELF.uidMappings },
    "invalid uidMappings: expected cloneflags to have CLONE_NEWUSER",
  ],
  [
    "a mapping",
    { ...NEW, uidMappings: [{ containerId: -1, hostId: 0, size: 1 }] },
    "invalid uidMappings entry '-1 0 1'",
  ],
  [
    "killSignal",
    { killSignal: "SIGNOPE" as never },
    "unknown signal 'SIGNOPE'",
  ],
  ["timeout", { timeout: -1 }, "invalid timeout '-1'"],
  ["cwd", { cwd: "/a\0b" }, "expected a string without NUL characters"],
  [
    "a seccomp filter",
    { seccomp: { filter: new Uint8Array(7) } },
    "invalid seccomp filter of 7 bytes",
  ],
  [
    "capabilities as a list",
    { capabilities: [0] as never },
    "invalid capabilities: expected sets",
  ],
  [
    "a set of capabilities",
    { capabilities: { effectiv: [0] } as never },
    "invalid capabilities 'effectiv': expected bounding, effective",
  ],
  [
    "a capability by name",
    { capabilities: { permitted: ["CAP_KILL"] } as never },
    "invalid permitted capability 'CAP_KILL': expected its number",
  ],
  ["an ambient capability", { ambientCaps: [64] }, "capability '64'"],
  [
    "timeOffsets",
    { timeOffsets: { boottime: 1 } },
    "expected cloneflags to have CLONE_NEWTIME",
  ],
])("%s that cannot be is refused at once", (_, options, message) => {
  const before = openDescriptors();
  expect(() => spawn("true", [], options)).toThrow(message);
  expect(openDescriptors()).toBe(before);
});

test("too few descriptors are an error of the handle, and of no one else", async () => {
  const source = `import { openSync, closeSync } from "node:fs";
    import { spawn } from ${JSON.stringify(new URL("../src/index.ts", import.meta.url).href)};
    // What is loaded on first use, is loaded.
    await spawn("true").exited;
    const fds = [];
    try { for (;;) fds.push(openSync("/dev/null")); } catch {}
    const codes = new Set();
    for (let free = 0; free < 12; free++) {
      await spawn("true", [], { stdio: "ignore" }).exited.catch((error) => codes.add(error.code));
      closeSync(fds.pop());
    }
    console.log(...codes, (await spawn("true").exited).code);`;
  const { stdout, stderr } = await run("sh", [
    "-c",
    'ulimit -n 128; exec "$@"',
    "sh",
    process.execPath,
    "--input-type=module",
    "-e",
    source,
  ]);
  expect(stdout + stderr).toBe("EMFILE 0\n");
});
