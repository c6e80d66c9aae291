import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { program, requires } from "@ns/testkit";
import { describe, expect, onTestFinished, test } from "vitest";
import { Bundle, uniqueId } from "../internal/bundle.ts";
import {
  type Caller,
  CALLERS,
  programOf,
  requiresCaller,
} from "../internal/callers.ts";
import { NEEDS } from "./internal/probe.ts";

/** What a process did before it became the container's program, one syscall a line. */
function callsOfInit(trace: string): string[] {
  const lines = trace
    .split("\n")
    .map((line) => /^(\d+) +(.*)$/.exec(line) ?? []);
  const exec = lines.findIndex(([, , call = ""]) =>
    call.startsWith('execve("/bin/sh"'),
  );
  const pid = lines[exec]?.[1];
  return (
    lines
      .slice(0, exec + 1)
      .filter((line) => line[1] === pid)
      .map(([, , call = ""]) => call)
      // of a call that was broken off, what it was
      .filter((call) => !call.startsWith("<..."))
  );
}

const position = (calls: readonly string[], pattern: RegExp): number =>
  calls.findLastIndex((call) => pattern.test(call));

async function trace(noNewPrivileges: boolean): Promise<string[]> {
  const bundle = new Bundle().configure("true", (config) => {
    config.linux = {
      ...config.linux,
      personality: { domain: "LINUX" },
      seccomp: {
        defaultAction: "SCMP_ACT_ALLOW",
        syscalls: [{ names: ["bpf"], action: "SCMP_ACT_ERRNO" }],
      },
    };
    const { process } = config;
    if (process === undefined) return;
    process.args = ["/bin/sh", "-c", "true"];
    process.noNewPrivileges = noNewPrivileges;
    process.user = { uid: 1000, gid: 1000 };
  });
  const file = join(bundle.directory, "trace");
  bundle.timeoutMs = 60_000;
  const { code, stderr } = await bundle.through(
    ["strace", "-f", "-qq", "-o", file],
    ...["run", uniqueId()],
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return callsOfInit(readFileSync(file, "utf8"));
}

const FILTER = "seccomp(SECCOMP_SET_MODE_FILTER";

describe("the filter of a container", () => {
  test(
    "D4: with no_new_privs, is the last thing before its program",
    { timeout: 90_000 },
    async (context) => {
      requires(context, ...NEEDS, program("strace"));
      const calls = await trace(true);
      expect(calls.at(-1)).toMatch(/^execve\("\/bin\/sh"/);
      expect(calls.at(-2)).toContain("PR_GET_SECCOMP");
      expect(calls.at(-3)).toContain(FILTER);
      const set = position(calls, /^prctl\(PR_SET_NO_NEW_PRIVS, 1/);
      expect(set).toBe(calls.length - 5);
      expect(calls.at(-4)).toContain("PR_GET_NO_NEW_PRIVS");
      expect(calls.filter((call) => call.startsWith(FILTER))).toHaveLength(1);
      expect(position(calls, /^personality\(/)).toBeGreaterThan(0);
    },
  );

  test(
    "D4: without it, comes before capabilities are given up, and after all that it might forbid",
    { timeout: 90_000 },
    async (context) => {
      requires(context, ...NEEDS, program("strace"));
      const calls = await trace(false);
      const filter = calls.findIndex((call) => call.startsWith(FILTER));
      expect(calls.filter((call) => call.startsWith(FILTER))).toHaveLength(1);
      for (const later of [
        /^setresuid\(1000/,
        /^setresgid\(1000/,
        /^setgroups\(/,
        /^capset\(/,
      ])
        expect(position(calls, later)).toBeGreaterThan(filter);
      for (const before of [
        /^personality\(/,
        /^pivot_root\(/,
        /^move_mount\(/,
        /PR_CAPBSET_DROP/,
        /^close_range\(/,
      ])
        expect([before, position(calls.slice(0, filter), before) > 0]).toEqual([
          before,
          true,
        ]);
      expect(calls.some((call) => call.includes("PR_SET_NO_NEW_PRIVS"))).toBe(
        false,
      );
    },
  );
});

/** Processes whose command line has this word. */
function named(word: string): string[] {
  return readdirSync("/proc").filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(word);
    } catch {
      // ENOENT, ESRCH: it has ended
      return false;
    }
  });
}

const USERS = CALLERS.flatMap((caller) =>
  ["0", "1000"].map((user) => ({ caller, user, who: caller.who })),
);

test.for(USERS)(
  "D6: a sandbox of $who for user $user ends with minibox, whenever that is killed",
  { timeout: 120_000 },
  async ({ caller, user }, context) => {
    requiresCaller(context, caller, ...NEEDS.slice(1));
    const word = `1${process.pid}${user}${caller.uid}`;
    onTestFinished(() => {
      for (const pid of named(word)) process.kill(Number(pid), "SIGKILL");
    });
    const times = 24;
    const started = performance.now();
    await beginAndKill(caller, user, word, undefined);
    const durationMs = performance.now() - started;
    for (let i = 0; i < times; i++) {
      // from before its start to when the command runs
      const afterMs = (durationMs * 1.5 * i) / times;
      await beginAndKill(caller, user, word, afterMs);
      await expect
        .poll(() => named(word), { timeout: 8000, interval: 10 })
        .toEqual([]);
    }
  },
);

/** Runs a command in a sandbox and kills minibox after so long, or when the command has begun. */
async function beginAndKill(
  { uid }: Caller,
  user: string,
  word: string,
  afterMs: number | undefined,
): Promise<void> {
  const words = [programOf({ who: "", uid }), "run", "-u", user, "--"];
  const [file, before] =
    uid === process.getuid?.()
      ? ["env", []]
      : [
          "setpriv",
          [
            "--reuid",
            String(uid),
            "--regid",
            String(uid),
            "--clear-groups",
            "--",
          ],
        ];
  const child = spawn(file, [...before, ...words, "sleep", word], {
    stdio: "ignore",
    cwd: "/",
  });
  const exit = once(child, "exit");
  const isSleeping = (): boolean =>
    named(word).some((pid) => {
      try {
        return readFileSync(`/proc/${pid}/comm`, "utf8") === "sleep\n";
      } catch {
        // ENOENT, ESRCH: it has ended
        return false;
      }
    });
  if (afterMs === undefined)
    await expect.poll(isSleeping, { timeout: 8000, interval: 5 }).toBe(true);
  else await sleep(afterMs);
  child.kill("SIGKILL");
  await exit;
}
