import {
  mkdtempSync,
  openSync,
  closeSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import { spawn, type Child } from "@ns/spawn";
import {
  close,
  errnoNumber,
  eventfd2,
  invoke,
  invokeAsync,
  ppoll,
  rawSyscall,
  receiveFds,
  register,
  sendFds,
  SocketFamily,
  socketpair,
  SocketType,
} from "@ns/syscalls";
import { requires, run } from "@ns/testkit";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  compileFilter,
  installSteps,
  type Notification,
  notifications,
  type SeccompProfile,
  syscallName,
  syscallNumber,
} from "../src/index.ts";
import { fixture, libseccomp } from "./internal/filtered.ts";

beforeEach((context) => requires(context, libseccomp));

const held = new Set<number>();
afterEach(() => {
  for (const fd of held) invoke(close(fd));
  held.clear();
});
const hold = (fd: number): number => (held.add(fd), fd);

/** What a syscall of the names below is answered with is not the kernel's affair. */
const NAMES = ["getsid", "getpgid", "sched_get_priority_max"];
const PROFILE: SeccompProfile = {
  defaultAction: "SCMP_ACT_ALLOW",
  syscalls: [{ names: NAMES, action: "SCMP_ACT_NOTIFY" }],
};

interface Supervised {
  readonly child: Child;
  readonly listener: number;
  readonly output: Promise<string>;
}

/** Starts a command whose listener comes here. */
async function supervise(
  profile: SeccompProfile,
  file: string,
  args: readonly string[],
): Promise<Supervised> {
  const sockets = new Int32Array(2);
  invoke(socketpair(SocketFamily.UNIX, SocketType.STREAM, 0, sockets));
  const [ours = -1, theirs = -1] = sockets;
  const fd = register("listener");
  const child = spawn(file, args, {
    stdio: ["ignore", "pipe", "inherit", theirs],
    setup: [
      ...installSteps(compileFilter(profile), { listener: fd }),
      sendFds(3, [fd]),
    ],
  });
  let text = "";
  child.stdout
    ?.setEncoding("utf8")
    .on("data", (chunk: string) => (text += chunk));
  const output = once(child, "close").then(() => text);
  await child.spawned;
  const [listener = -1] = receiveFds(ours);
  invoke(close(ours));
  invoke(close(theirs));
  return { child, listener: hold(listener), output };
}

const CALLS = NAMES.map(
  (name, i) => [syscallNumber(name) ?? -1, i, 7] as const,
);

describe("a filter that notifies", () => {
  const [node, script] = fixture("listener.ts", "container root");
  const args = [script, JSON.stringify(CALLS)];

  test("tells of each syscall, and does with it what is answered", async () => {
    const directory = mkdtempSync(join(tmpdir(), "notification-"));
    const path = join(directory, "file");
    writeFileSync(path, "from outside");
    const given = openSync(path, "r");
    const { child, listener, output } = await supervise(PROFILE, node, [
      ...args,
      "read",
    ]);
    const seen: unknown[] = [];
    let last: Notification | undefined;
    for await (const each of notifications(listener)) {
      expect(each.isValid()).toBe(true);
      seen.push([
        each.pid === child.pid,
        syscallName(each.nr),
        each.args.slice(0, 2),
      ]);
      if (seen.length === 1) each.respond({ errno: "EXDEV" });
      else if (seen.length === 2) each.respond({ value: 123456789012 });
      else each.respond({ value: each.addFd(given, { closeOnExec: true }) });
      expect(each.isValid()).toBe(false);
      last = each;
    }
    closeSync(given);
    rmSync(directory, { recursive: true });
    expect(seen).toEqual(NAMES.map((name, i) => [true, name, [BigInt(i), 7n]]));
    const { results, text } = JSON.parse(await output) as {
      results: number[];
      text: string;
    };
    expect(results.slice(0, 2)).toEqual([-errnoNumber("EXDEV"), 123456789012]);
    expect(results[2]).toBeGreaterThan(2);
    expect(text).toBe("from outside");
    // it waits no longer
    expect(() => last?.respond()).toThrow(
      expect.objectContaining({ code: "ENOENT" }),
    );
    expect(await child.exited).toMatchObject({ code: 0 });
  });

  test("lets the kernel go on if that is the answer", async () => {
    const { child, listener, output } = await supervise(PROFILE, node, args);
    for await (const each of notifications(listener)) each.continue();
    const { results } = JSON.parse(await output) as { results: number[] };
    // getsid(0), getpgid(1), sched_get_priority_max(2): what the kernel says. The session is ours; it is 0 where its
    // leader is not in our PID namespace.
    expect(results[0]).toBe(rawSyscall(syscallNumber("getsid") ?? -1, 0));
    expect(results[2]).toBe(99);
    expect(await child.exited).toMatchObject({ code: 0 });
  });

  test("a process that is killed while it waits ends the iteration", async () => {
    const { child, listener } = await supervise(PROFILE, node, args);
    let valid: boolean | undefined;
    for await (const each of notifications(listener)) {
      child.kill("SIGKILL");
      await child.exited;
      valid = each.isValid();
    }
    expect(valid).toBe(false);
  });

  test("answers come in any order, to several at once", async () => {
    const sleepers =
      'for i in 1 2 3; do sh -c "setsid true; echo $i" & done; wait';
    const profile: SeccompProfile = {
      defaultAction: "SCMP_ACT_ALLOW",
      syscalls: [{ names: ["setsid"], action: "SCMP_ACT_NOTIFY" }],
    };
    const { listener, output } = await supervise(profile, "/bin/sh", [
      "-c",
      sleepers,
    ]);
    const waiting: Notification[] = [];
    for await (const each of notifications(listener)) {
      if (waiting.push(each) < 3) continue;
      expect(new Set(waiting.map(({ pid }) => pid)).size).toBe(3);
      for (const one of waiting.toReversed()) one.continue();
    }
    expect((await output).trim().split("\n").sort()).toEqual(["1", "2", "3"]);
  });
});

describe("waiting", () => {
  test("ends when it is aborted, without having turned in circles", async () => {
    const { stdout, code } = await run(...waiting("abort"));
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: "ended 15\ntrue true\n",
    });
  });

  test("does not keep Node from exiting", async () => {
    const { stdout, code } = await run(...waiting("exit"));
    expect({ code, stdout }).toEqual({ code: 7, stdout: "" });
  });

  const waiting = (
    how: string,
  ): [string, string[], { env: { NODE_OPTIONS: undefined } }] => {
    const [node, script] = fixture("waiting.ts", "container root");
    return [node, [script, how], { env: { NODE_OPTIONS: undefined } }];
  };

  test("leaves no descriptor, and nothing to be waited for", async () => {
    const fd = hold(invoke(eventfd2(0, 0)));
    const before = invoke(eventfd2(0, 0));
    invoke(close(before));
    for await (const each of notifications(fd, { signal: AbortSignal.abort() }))
      expect(each).toBeUndefined();
    const after = hold(invoke(eventfd2(0, 0)));
    expect(after).toBe(before);
    expect(await invokeAsync(ppoll([{ fd, events: 1 }], 0))).toBe(0);
  });

  test("on what is no descriptor is an error", async () => {
    const first = notifications(1_000_000).next();
    await expect(first).rejects.toMatchObject({ code: "EBADF" });
  });

  test("on what is no listener is an error too", async () => {
    const fd = hold(invoke(eventfd2(1, 0)));
    await expect(notifications(fd).next()).rejects.toMatchObject({
      syscall: "ioctl",
    });
  });
});
