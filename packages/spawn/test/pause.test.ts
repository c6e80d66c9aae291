import { closeSync, readlinkSync } from "node:fs";
import { sethostname } from "@ns/syscalls";
import { requires, root } from "@ns/testkit";
import { expect, test } from "vitest";
import { spawn } from "../src/index.ts";

/** struct sock_filter: load the number of the call; uname(2) notifies; everything else is allowed. */
function notifyingFilter(): Uint8Array {
  const uname = process.arch === "x64" ? 63 : 160;
  const filter = Buffer.alloc(4 * 8);
  const entries = [
    [0x20, 0, 0, 0],
    [0x15, 0, 1, uname],
    [0x06, 0, 0, 0x7fc00000],
    [0x06, 0, 0, 0x7fff0000],
  ] as const;
  for (const [i, [code, jt, jf, k]] of entries.entries()) {
    filter.writeUInt16LE(code, i * 8);
    filter.writeUInt8(jt, i * 8 + 2);
    filter.writeUInt8(jf, i * 8 + 3);
    filter.writeUInt32LE(k, i * 8 + 4);
  }
  return filter;
}

test("pauses come in the order of their steps, whatever the order they are given in", async () => {
  const reached: string[] = [];
  const pauseAt = (after: number) => ({
    after,
    run: (pid: number) => {
      reached.push(`${after}: ${pid > 0}`);
      return Promise.resolve();
    },
  });
  const child = spawn("true", [], {
    pause: [pauseAt(1), pauseAt(0), pauseAt(9)],
    stdio: "ignore",
  });
  expect((await child.exited).code).toBe(0);
  expect(reached).toEqual(["0: true", "1: true", "9: true"]);
});

test("a pause that fails is the last, and what is set up after it is not", async () => {
  const child = spawn("true", [], {
    setup: [sethostname("never")],
    pause: [
      { after: 0, run: () => Promise.reject(new Error("no")) },
      { after: 1, run: () => Promise.reject(new Error("never")) },
    ],
    stdio: "ignore",
  });
  await expect(child.exited).rejects.toThrow("no");
});

test.for([true, false])(
  "the listener of a filter is given away before the command runs; with no_new_privs: %s",
  async (noNewPrivileges, context) => {
    requires(context, root);
    let what = "";
    const child = spawn("sh", ["-c", "ls -l /proc/self/fd | grep -c '>'"], {
      noNewPrivileges,
      seccomp: {
        filter: notifyingFilter(),
        listener: (fd, pid) => {
          what = readlinkSync(`/proc/self/fd/${fd}`);
          closeSync(fd);
          expect(pid).toBeGreaterThan(0);
          return Promise.resolve();
        },
      },
    });
    let fds = "";
    child.stdout?.on("data", (chunk: Buffer) => (fds += chunk.toString()));
    await new Promise((resolve) => child.once("close", resolve));
    expect(what).toBe("anon_inode:seccomp notify");
    // its three, and the directory
    expect(fds).toBe("4\n");
  },
);

test("a listener that nobody takes ends the child, and says why", async (context) => {
  requires(context, root);
  const child = spawn("true", [], {
    noNewPrivileges: true,
    stdio: "ignore",
    seccomp: {
      filter: notifyingFilter(),
      listener: (fd) => {
        closeSync(fd);
        return Promise.reject(new Error("nobody listens"));
      },
    },
  });
  await expect(child.exited).rejects.toThrow("nobody listens");
});
