import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { requires, type Requirement } from "@ns/testkit";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { fixtures, parseReport, runProgram } from "./run-node.ts";

const buildSea: Requirement = {
  met: () => execFileSync(process.execPath, ["--help"]).includes("--build-sea"),
  reason: "needs a Node that can --build-sea: 26",
};

let directory: string | undefined;
afterAll(() => {
  if (directory !== undefined) rmSync(directory, { recursive: true });
});

describe("a single-executable application", () => {
  beforeEach((context) => {
    requires(context, buildSea);
    directory ??= buildApplication();
  }, 120_000);

  test("re-executes itself, with the flags built into it and its arguments", async () => {
    const args = ["a b", "", "--inspect", "-e"];
    const report = parseReport(
      await runProgram(application(), ["report", ...args]),
    );
    expect(report).toMatchObject({
      argv0: "reexec:report",
      args,
      execArgv: ["--no-warnings"],
    });
    expect(report.argv[0]).toBe(application());
  });

  test("re-executes itself from another directory and by a relative path", async () => {
    const ended = await runProgram("sh", ["-c", './program report "$PWD"'], {
      cwd: directory ?? "",
    });
    expect(parseReport(ended).args).toEqual([directory]);
  });

  test("does not let an argument become a flag of node", async () => {
    const { code, stderr } = await runProgram(application(), [
      "report",
      "--node-options=--require=./evil.cjs",
    ]);
    expect({
      code,
      flagged: stderr.includes("ERR_REEXEC_INVALID_ARGUMENT"),
    }).toEqual({ code: 1, flagged: true });
  });
});

function application(): string {
  return join(directory ?? "", "program");
}

function buildApplication(): string {
  const built = mkdtempSync(join(tmpdir(), "reexec-sea-"));
  const main = join(fixtures, "entry.cjs");
  // the embedded script can require only built-in modules, so it loads the fixture from disk
  writeFileSync(
    join(built, "main.cjs"),
    `const path = ${JSON.stringify(main)};\nrequire("node:module").createRequire(path)(path);\n`,
  );
  const config = {
    main: "main.cjs",
    output: "program",
    execArgv: ["--no-warnings"],
    execArgvExtension: "env",
  };
  writeFileSync(join(built, "sea.json"), JSON.stringify(config));
  execFileSync(process.execPath, ["--build-sea", "sea.json"], { cwd: built });
  return built;
}
