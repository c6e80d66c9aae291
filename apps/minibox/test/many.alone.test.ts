import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { diffHostState, hostState, requires, root } from "@ns/testkit";
import { describe, expect, test } from "vitest";
import { run } from "../src/index.ts";
import { CALLERS, programOf, requiresCaller } from "./internal/callers.ts";

test(
  "a thousand containers, fifty at a time, leave nothing behind",
  { timeout: 300_000 },
  async (context) => {
    requires(context, root);
    await once(run({ command: ["true"] }, { stdio: "ignore" }), "close");
    const before = hostState();
    let left = 1000;
    const worker = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        const { code } = await run({ command: ["true"] }, { stdio: "ignore" })
          .exited;
        if (code !== 0) throw new Error(`ended with ${code}`);
      }
    };
    await Promise.all(Array.from({ length: 50 }, worker));
    await expect
      .poll(() => diffHostState(before, hostState()), { timeout: 10_000 })
      .toEqual([]);
  },
);

describe.each(CALLERS)("for $who", (caller) => {
  test(
    "SIGKILL of minibox, at whatever moment, leaves no process of the container",
    { timeout: 120_000 },
    async (context) => {
      requiresCaller(context, caller);
      for (let i = 0; i < 20; i++) {
        const marker = `98765${i}.${process.pid}`;
        const setpriv = [
          "--reuid",
          String(caller.uid),
          "--regid",
          String(caller.uid),
          "--clear-groups",
        ];
        const command = [
          programOf(caller),
          "run",
          "--",
          "sh",
          "-c",
          `sleep ${marker} & sleep ${marker}`,
        ];
        const child = spawn("setpriv", [...setpriv, ...command], {
          stdio: "ignore",
        });
        await new Promise((resolve) => setTimeout(resolve, i * 10));
        child.kill("SIGKILL");
        await once(child, "exit");
        await expect
          .poll(() => processesWith(marker), { timeout: 5000 })
          .toEqual([]);
      }
    },
  );

  test("while a command runs there are minibox and the command, nothing else", async (context) => {
    requiresCaller(context, caller);
    const setpriv = [
      "--reuid",
      String(caller.uid),
      "--regid",
      String(caller.uid),
      "--clear-groups",
    ];
    const child = spawn(
      "setpriv",
      [...setpriv, programOf(caller), "run", "--", "sleep", "100"],
      { stdio: "ignore" },
    );
    await expect
      .poll(() => descendants(child.pid ?? 0), { timeout: 5000 })
      .toEqual(["sleep"]);
    child.kill("SIGTERM");
    const [code] = (await once(child, "exit")) as [number];
    expect(code).toBe(143);
  });
});

function processesWith(marker: string): string[] {
  return readdirSync("/proc").filter(
    (pid) => /^\d+$/.test(pid) && read(`/proc/${pid}/cmdline`).includes(marker),
  );
}

/** The names of the processes below `pid`. */
function descendants(pid: number): string[] {
  const children = read(`/proc/${pid}/task/${pid}/children`)
    .split(" ")
    .filter((child) => child !== "");
  return children.flatMap((child) => [
    read(`/proc/${child}/comm`).trim(),
    ...descendants(Number(child)),
  ]);
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // ENOENT, ESRCH: it has just ended
    return "";
  }
}
