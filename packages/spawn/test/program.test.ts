import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { program as debianProgram, requires } from "@ns/testkit";
import {
  captureInts,
  chdir,
  close,
  decimal,
  execve,
  exitGroup,
  fcntl,
  FcntlCommands,
  FdFlags,
  getpid,
  inherited,
  mkdirat,
  openat,
  OpenFlags,
  AtFlags,
  pipe2,
  register,
  type Register,
  type Step,
  step,
  write,
} from "@ns/syscalls";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { Program } from "../src/program.ts";
import { MessageKind } from "../src/message.ts";
import { parseReport, type Report } from "../src/status.ts";

const NATIVE = join(import.meta.dirname, "../native");
/** Syscall numbers of arm64, for the calls used here: include/uapi/asm-generic/unistd.h. */
const ARM64: Readonly<Record<string, number>> = {
  getpid: 172,
  write: 64,
  read: 63,
  close: 57,
  openat: 56,
  mkdirat: 34,
  pipe2: 59,
  chdir: 49,
  execve: 221,
  exit_group: 94,
};

interface Machine {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  /** The same step with this machine's number. */
  of(step: Step): Step;
}

const MACHINES: readonly [Machine, Machine] = [
  {
    name: process.arch,
    command: [join(NATIVE, `nsinit-${process.arch}`)],
    of: (step) => step,
  },
  {
    name: "arm64 under qemu",
    command: ["qemu-aarch64-static", join(NATIVE, "nsinit-arm64")],
    of: (step) => ({ ...step, nr: ARM64[step.name] ?? -1 }),
  },
];

/** Runs a program on the native stage, with its status on descriptor 3 and itself on 4. */
async function runOn(
  { command }: Machine,
  program: Program,
): Promise<{ code: number; stdout: string; report: Report }> {
  const directory = mkdtempSync(join(tmpdir(), "ns-program-"));
  const file = join(directory, "program");
  writeFileSync(
    file,
    program.encode({ statusFd: 3, inheritedFd: ({ fd }) => fd }),
  );
  const fd = openSync(file, "r");
  onTestFinished(() => {
    closeSync(fd);
    rmSync(directory, { recursive: true });
  });
  const [executable, ...args] = [...command, "4"];
  const child = spawn(executable, args, {
    stdio: ["ignore", "pipe", "inherit", "pipe", fd],
  });
  const texts: Buffer[][] = [[], []];
  child.stdout?.on("data", (chunk: Buffer) => texts[0]?.push(chunk));
  child.stdio[3]?.on("data", (chunk: Buffer) => texts[1]?.push(chunk));
  const [code] = (await once(child, "close")) as [number];
  const [stdout = Buffer.alloc(0), status = Buffer.alloc(0)] = texts.map(
    (chunks) => Buffer.concat(chunks),
  );
  return { code, stdout: stdout.toString(), report: parseReport(status, true) };
}

describe.each(MACHINES)("on $name a program", (machine) => {
  const program = (...steps: Step[]): Program => {
    const made = new Program();
    for (const each of steps) made.call(machine.of(each));
    return made;
  };
  const ready = (context: Parameters<typeof requires>[0]): void => {
    if (machine.command.length > 1)
      requires(context, debianProgram("qemu-aarch64-static"));
  };

  test("makes its syscalls in order", async (context) => {
    ready(context);
    const result = await runOn(
      machine,
      program(write(1, "one "), write(1, "two\n"), exitGroup(7)),
    );
    expect(result).toEqual({
      code: 7,
      stdout: "one two\n",
      report: { ended: true },
    });
  });

  test("carries results in registers, captures and decimal text", async (context) => {
    ready(context);
    const [from, to, pid, fd] = ["from", "to", "pid", "fd"].map(register) as [
      never,
      never,
      never,
      never,
    ];
    const directory = mkdtempSync(join(tmpdir(), "ns-program-"));
    onTestFinished(() => {
      rmSync(directory, { recursive: true });
    });
    const made = program(
      pipe2(captureInts(from, to)),
      write(to, "through a pipe\n"),
      step(getpid(), { into: pid }),
      step(openat(AtFlags.FDCWD, directory, OpenFlags.PATH), { into: fd }),
      mkdirat(fd, decimal(pid), 0o755),
      close(to),
      exitGroup(0),
    );
    expect(await runOn(machine, made)).toMatchObject({
      code: 0,
      report: { ended: true },
    });
    const { readdirSync } = await import("node:fs");
    expect(readdirSync(directory)).toEqual([expect.stringMatching(/^\d+$/)]);
  });

  test("says which step failed, and ends", async (context) => {
    ready(context);
    const made = program(
      write(1, "before\n"),
      chdir("/nowhere"),
      write(1, "after\n"),
    );
    const result = await runOn(machine, made);
    expect(result).toEqual({
      code: 127,
      stdout: "before\n",
      report: { ended: true, failed: { step: 2, errno: 2 } },
    });
    expect(made.error(2, 2).message).toBe(
      "ENOENT: no such file or directory, chdir '/nowhere' (step 2 of 3)",
    );
  });

  test("passes over the errors that are expected, and no others", async (context) => {
    ready(context);
    const expected = step(chdir("/nowhere"), { ignore: ["ENOENT"] });
    const other = step(chdir("/nowhere"), { ignore: ["EACCES"] });
    const alternative = step(chdir("/nowhere"), {
      ignore: "any",
      otherwise: [machine.of(write(1, "instead "))],
    });
    const fine = step(chdir("/"), {
      ignore: "any",
      otherwise: [machine.of(write(1, "never "))],
    });
    const result = await runOn(
      machine,
      program(expected, alternative, fine, write(1, "then\n"), other),
    );
    expect(result).toMatchObject({
      stdout: "instead then\n",
      report: { failed: { errno: 2 } },
    });
  });

  test("does what follows a call that has succeeded, and closes what it closes in any case", async (context) => {
    ready(context);
    const [first, second] = [register("first"), register("second")];
    const open = (into: Register) =>
      machine.of(
        step(openat(AtFlags.FDCWD, "/", OpenFlags.PATH | OpenFlags.CLOEXEC), {
          into,
        }),
      );
    const fails = step(chdir("/nowhere"), {
      ignore: ["ENOENT"],
      then: [machine.of(write(1, "never "))],
      closes: [first, second],
    });
    const succeeds = step(chdir("/"), {
      then: [machine.of(write(1, "then "))],
      closes: [first],
    });
    const gone = step(machine.of(close(first)), {
      ignore: ["EBADF"],
      otherwise: [machine.of(write(1, "closed "))],
    });
    const both = step(machine.of(close(second)), {
      ignore: ["EBADF"],
      otherwise: [machine.of(write(1, "both\n"))],
    });
    const made = program(
      ...[open(first), machine.of(succeeds), gone],
      ...[open(first), open(second), machine.of(fails), gone, both],
    );
    expect(await runOn(machine, made)).toMatchObject({
      stdout: "then closed closed both\n",
    });
  });

  test("jumps, loads and stores", async (context) => {
    ready(context);
    const made = new Program();
    const [value, copy] = [register("value"), register("copy")];
    const there = made.label();
    const memory = made.reserve(8);
    made.set(value, 42);
    made.store(memory, value, 8);
    made.load(copy, memory, 4);
    made.jumpIf(copy, "equal", 42, there);
    made.call(machine.of(write(1, "not here\n")));
    made.place(there);
    made.report(2, copy);
    made.jumpIf(copy, "not-equal", 42, there);
    made.call(machine.of(exitGroup(3)));
    expect(await runOn(machine, made)).toEqual({
      code: 3,
      stdout: "",
      report: { ended: true, pid: 42 },
    });
  });

  test("that is cut short or says nonsense is an exit, and no fault", async (context) => {
    ready(context);
    const good = program(exitGroup(0));
    for (const spoil of [
      (image: Uint8Array) => image.subarray(0, 20),
      (image: Uint8Array) => image.subarray(0, -8),
      (image: Uint8Array) => Buffer.from(image).fill(0xff, 24, 25),
    ]) {
      const spoilt = Object.assign(Object.create(good) as Program, {
        encode: () => spoil(good.encode({ statusFd: 3, inheritedFd: () => 0 })),
      });
      expect((await runOn(machine, spoilt)).code).toBe(126);
    }
  });
});

test("a program becomes the command, and its status descriptor ends there", async () => {
  const [here] = MACHINES;
  const made = new Program();
  made.call(fcntl(3, FcntlCommands.SETFD, FdFlags.CLOEXEC));
  made.call(execve("/bin/echo", ["echo", "a b"], ["X=1"]));
  const result = await runOn(here, made);
  expect(result).toEqual({ code: 0, stdout: "a b\n", report: { ended: true } });
});

test("a descriptor of ours is named by the number it is passed on as", () => {
  const made = new Program();
  made.call(close(inherited(99, "passed on")));
  expect(made.inherited.map(({ fd }) => fd)).toEqual([99]);
  const at = (number: number): Uint8Array =>
    made.encode({ statusFd: 3, inheritedFd: () => number });
  expect(at(5)).not.toEqual(at(6));
});

test("the native stage is a few kilobytes, for both machines", () => {
  for (const arch of ["x64", "arm64"])
    expect(statSync(join(NATIVE, `nsinit-${arch}`)).size).toBeLessThan(8192);
});

test("what the native stage says is understood in any order, and half a message is not", () => {
  const kind = fc.constantFrom(...Object.values(MessageKind));
  const message = fc.record({ kind, step: fc.nat(), value: fc.integer() });
  fc.assert(
    fc.property(
      fc.array(message, { maxLength: 5 }),
      fc.nat({ max: 15 }),
      fc.boolean(),
      (messages, half, ended) => {
        const bytes = messages.map(({ kind: its, step: at, value }) => {
          const one = Buffer.alloc(16);
          one.writeUInt32LE(its, 0);
          one.writeUInt32LE(at, 4);
          one.writeBigInt64LE(BigInt(value), 8);
          return one;
        });
        const last = (its: number): (typeof messages)[number] | undefined =>
          messages.findLast((each) => each.kind === its);
        const [pid, failed] = [last(MessageKind.pid), last(MessageKind.failed)];
        const listener = last(MessageKind.listener);
        expect(
          parseReport(
            Buffer.concat([...bytes, Buffer.alloc(half, 0xff)]),
            ended,
          ),
        ).toEqual({
          ended,
          ...(pid !== undefined && { pid: pid.value }),
          ...(failed !== undefined && {
            failed: { step: failed.step, errno: failed.value },
          }),
          ...(last(MessageKind.waiting) !== undefined && { waits: true }),
          ...(listener !== undefined && { listener: listener.value }),
        });
      },
    ),
  );
});
