import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { diffHostState, hostState, run } from "@ns/testkit";
import { parseStat } from "../src/processes.ts";

test("an open descriptor, a child and a temporary directory are each one line", async () => {
  const before = hostState();
  const fd = openSync("/dev/null", "r");
  const directory = mkdtempSync(join(tmpdir(), "left-behind-"));
  const child = spawn("sleep", ["60"], { stdio: "ignore" });
  await once(child, "spawn");
  const differences = diffHostState(before, hostState());
  child.kill();
  await once(child, "exit");
  rmdirSync(directory);
  closeSync(fd);
  expect(differences).toContain(`+ fd ${String(fd)} -> /dev/null`);
  expect(differences).toContain(
    `+ temporary file ${directory.slice(tmpdir().length + 1)}`,
  );
  expect(differences.join("\n")).toMatch(
    new RegExp(
      `^\\+ process pid ${String(child.pid)} \\((sleep|node.*)\\), started \\d+$`,
      "m",
    ),
  );
});

test("an orphan is still one of ours", async () => {
  const before = hostState();
  const { stdout } = await run("sh", [
    "-c",
    "sleep 60 >/dev/null 2>&1 & echo $!",
  ]);
  const differences = diffHostState(before, hostState());
  process.kill(Number(stdout));
  expect(differences.join("\n")).toContain(
    `+ process pid ${stdout.trim()} (sleep)`,
  );
});

test("a command name may have spaces and parentheses in it", () => {
  const stat =
    "4711 (a) b (c) S 12 4711 4711 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 88123 0 0";
  expect(parseStat(stat)).toEqual({
    pid: 4711,
    ppid: 12,
    comm: "a) b (c",
    state: "S",
    startTime: "88123",
  });
});
