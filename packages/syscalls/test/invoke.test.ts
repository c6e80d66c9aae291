import { spawn } from "node:child_process";
import { once } from "node:events";
import { fstatSync, openSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as ns from "../src/index.ts";
import { closedLater, opened, openedIn } from "./internal/opened.ts";

const { CLOEXEC, DIRECTORY, PATH, RDONLY } = ns.OpenFlags;
const { FDCWD } = ns.AtFlags;

describe("results", () => {
  test("a call's result is what the kernel returned", () => {
    expect(ns.invoke(ns.getpid())).toBe(process.pid);
    expect(ns.invoke(ns.getppid())).toBe(process.ppid);
    expect(ns.invoke(ns.getuid())).toBe(process.getuid?.());
    expect(ns.invoke(ns.getegid())).toBe(process.getegid?.());
    expect(ns.invoke(ns.gettid())).toBeGreaterThanOrEqual(process.pid);
  });

  test("an output buffer holds what the kernel wrote, however small it is", () => {
    const buf = new Uint8Array(4);
    expect(
      ns.invoke(
        ns.read(
          opened(ns.openat(FDCWD, "/proc/self/comm", RDONLY | CLOEXEC)),
          buf,
        ),
      ),
    ).toBe(4);
    expect(Buffer.from(buf).toString()).toBe(
      readFileSync("/proc/self/comm", "utf8").slice(0, 4),
    );
  });

  test("a view into a larger buffer gets its own part of it and nothing else", () => {
    const whole = new Uint8Array(16).fill(0xff);
    ns.invoke(ns.getrandom(whole.subarray(4, 8)));
    expect([...whole.subarray(0, 4), ...whole.subarray(8)]).toEqual(
      Array<number>(12).fill(0xff),
    );
  });

  test("an output buffer shorter than what the kernel writes is refused", () => {
    expect(() => ns.invoke(ns.statfs("/", new Uint8Array(119)))).toThrow(
      new RangeError("invalid buf of 119 bytes: expected at least 120"),
    );
    expect(() =>
      ns.invokeAll([ns.pipe2(ns.captureInts(ns.register("one")))]),
    ).toThrow(RangeError);
  });
});

describe("sequences", () => {
  test("registers carry descriptors from one step to the next", () => {
    const [readEnd, writeEnd] = [
      ns.register("read end"),
      ns.register("write end"),
    ];
    const registers = ns.invokeAll([
      ns.pipe2(ns.captureInts(readEnd, writeEnd), CLOEXEC),
      ns.write(writeEnd, "through a register"),
      ns.close(writeEnd),
    ]);
    expect(readFileSync(openedIn(registers, readEnd), "utf8")).toBe(
      "through a register",
    );
  });

  test("a result that is a descriptor is stored in a struct", () => {
    const [a, b] = [ns.register("a"), ns.register("b")];
    const flags = PATH | CLOEXEC;
    const registers = ns.invokeAll([
      ns.step(ns.openat(FDCWD, "/dev/null", flags), { into: a }),
      ns.step(ns.openat(FDCWD, "/dev/zero", flags), { into: b }),
    ]);
    const sockets = new Int32Array(2);
    ns.invoke(
      ns.socketpair(
        ns.SocketFamily.UNIX,
        ns.SocketType.STREAM | ns.SocketType.CLOEXEC,
        0,
        sockets,
      ),
    );
    const [near = -1, far = -1] = [...sockets].map(closedLater);
    ns.invokeAll([
      ns.step(
        ns.fcntl(openedIn(registers, a), ns.FcntlCommands.DUPFD_CLOEXEC, 3),
        { into: a },
      ),
      ns.sendFds(near, [a, openedIn(registers, b)]),
      ns.close(a),
    ]);
    const received = ns.receiveFds(far, 2).map(closedLater);
    expect(
      received.map((fd) => readLink(`/proc/self/fd/${String(fd)}`)),
    ).toEqual(["/dev/null", "/dev/zero"]);
  });

  test("a register's value is written as text where a call takes a string", () => {
    const pid = ns.register("pid");
    const proc = ns.register("proc");
    const own = ns.register("own");
    const registers = ns.invokeAll([
      ns.step(ns.getpid(), { into: pid }),
      ns.step(ns.openat(FDCWD, "/proc", PATH | CLOEXEC), { into: proc }),
      ns.step(ns.openat(proc, ns.decimal(pid), PATH | DIRECTORY | CLOEXEC), {
        into: own,
      }),
    ]);
    openedIn(registers, proc);
    expect(readLink(`/proc/self/fd/${String(openedIn(registers, own))}`)).toBe(
      `/proc/${String(process.pid)}`,
    );
  });

  test("what follows a call is done when it has succeeded; what it closes is closed in any case", () => {
    const [opened, then, never] = ["opened", "then", "never"].map((name) =>
      ns.register(name),
    ) as [ns.Register, ns.Register, ns.Register];
    const missing = ns.openat(opened, "missing", PATH | CLOEXEC);
    const registers = ns.invokeAll([
      ns.step(ns.openat(FDCWD, "/proc", PATH | CLOEXEC), {
        into: opened,
        then: [ns.step(ns.getpid(), { into: then })],
      }),
      ns.step(missing, {
        ignore: ["ENOENT"],
        then: [ns.step(ns.getpid(), { into: never })],
        closes: [opened],
      }),
    ]);
    expect(registers.get(then)).toBe(process.pid);
    expect(registers.has(never)).toBe(false);
    expect(() => fstatSync(registers.get(opened) ?? -1)).toThrow("EBADF");
  });

  test("an expected error is passed over, and what stands for the call is done instead", () => {
    const fd = ns.register("fd");
    const missing = ns.openat(FDCWD, "/nowhere", RDONLY | CLOEXEC);
    const registers = ns.invokeAll([
      ns.step(missing, {
        into: fd,
        ignore: ["ENOENT"],
        otherwise: [
          ns.step(ns.openat(FDCWD, "/dev/null", RDONLY | CLOEXEC), {
            into: fd,
          }),
        ],
      }),
    ]);
    expect(openedIn(registers, fd)).toBeGreaterThan(2);
    expect(() =>
      ns.invokeAll([ns.step(missing, { ignore: ["EPERM"] })]),
    ).toThrow("ENOENT");
    expect(
      ns.invokeAll([ns.step(missing, { into: fd, ignore: "any" })]).get(fd),
    ).toBe(-2);
  });

  test("a failed call leaves its registers without a value", () => {
    const ends = [ns.register("a"), ns.register("b")] as const;
    const failing = ns.step(ns.pipe2(ns.captureInts(...ends), 0x40), {
      ignore: ["EINVAL"],
    });
    expect(() => ns.invokeAll([failing, ns.close(ends[0])])).toThrow(
      "register 'a' is used before it has a value",
    );
  });
});

describe("on another thread", () => {
  test("the event loop goes on while a call waits", async () => {
    const child = spawn("sleep", ["60"], { stdio: "ignore" });
    const exited = once(child, "exit");
    const pidfd = opened(ns.pidfdOpen(child.pid ?? -1));
    const revents = new Uint16Array(1);
    const ready = ns.invokeAsync(
      ns.ppoll([{ fd: pidfd, events: ns.PollEvents.IN }], null, revents),
    );
    ns.invoke(ns.pidfdSendSignal(pidfd, ns.Signals.SIGKILL));
    expect(await ready).toBe(1);
    // POLLHUP too, if libuv has waited for it by then
    expect(ns.formatPollEvents(revents[0] ?? 0)).toMatch(
      /^POLLIN(\|POLLHUP)?$/,
    );
    expect(await exited).toEqual([null, "SIGKILL"]);
  });

  test("its errors are those of the call, not of the main thread", async () => {
    await expect(ns.invokeAsync(ns.close(9999))).rejects.toMatchObject({
      code: "EBADF",
      syscall: "close",
    });
    await expect(ns.invokeAsync(ns.clone3({ flags: 0n }))).rejects.toThrow(
      TypeError,
    );
  });

  test("timeouts shorter than a second are told in nanoseconds", async () => {
    const start = performance.now();
    expect(await ns.invokeAsync(ns.ppoll([], 20.5))).toBe(0);
    expect(performance.now() - start).toBeGreaterThan(20);
  });
});

test("a descriptor of this process is the same by its number and by its name", () => {
  const fd = closedLater(openSync("/dev/null", "r"));
  expect(
    ns.invoke(ns.fcntl(ns.inherited(fd, "null"), ns.FcntlCommands.GETFD)),
  ).toBe(ns.FdFlags.CLOEXEC);
});

function readLink(path: string): string {
  const buf = Buffer.alloc(4096);
  return buf.toString("utf8", 0, ns.invoke(ns.readlinkat(FDCWD, path, buf)));
}
