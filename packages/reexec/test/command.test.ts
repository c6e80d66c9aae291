import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import fc from "fast-check";
import {
  afterAll,
  beforeAll,
  describe,
  expect,
  onTestFinished,
  test,
} from "vitest";
import { fixtures, parseReport, runNode, runProgram } from "./run-node.ts";

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "reexec-"));
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

describe("the entry script is run again", () => {
  test.each([
    "main.ts",
    "entry.cjs",
    "entry.mjs",
    "./main.ts",
    join(fixtures, "main.ts"),
  ])("%s", async (entry) => {
    const report = parseReport(await runNode([entry, "report"]));
    expect(report.argv[1]).toBe(join(fixtures, entry.replace(/.*\//, "")));
  });

  test("given by a name without extension, or as a directory", async () => {
    writeFileSync(
      join(directory, "index.js"),
      `require(${JSON.stringify(join(fixtures, "entry.cjs"))})`,
    );
    for (const entry of [".", "index", directory]) {
      expect(
        parseReport(await runNode([entry, "report"], { cwd: directory })).args,
      ).toEqual([]);
    }
  });

  test("through the symbolic link it was started by, as in node_modules/.bin", async () => {
    const link = join(directory, "a-bin");
    symlinkSync(join(fixtures, "main.ts"), link);
    expect(parseReport(await runNode([link, "report"])).argv[1]).toBe(link);
  });

  test("given as a URL with --entry-url", async () => {
    const report = parseReport(
      await runNode(["--no-warnings", "--entry-url", "./elsewhere.ts?x=1#y"]),
    );
    expect(report.argv[1]).toMatch(/^file:.*\/fixtures\/elsewhere\.ts\?x=1#y$/);
  });

  test("after main has changed directory and process.argv", async () => {
    expect(parseReport(await runNode(["elsewhere.ts"]))).toMatchObject({
      cwd: "/",
      args: [],
    });
  });

  test.each([
    {
      start: "-e",
      args: ["-e", "PROGRAM"],
      says: "node was started with '-e'",
    },
    {
      start: "-e, with arguments",
      args: ["-e", "PROGRAM", "a", "b"],
      says: "node was started with '-e'",
    },
    {
      start: "--eval=",
      args: ["--eval=PROGRAM"],
      says: "node was started with '--eval'",
    },
    {
      start: "-p",
      args: ["-p", "PROGRAM"],
      says: "node was started with '-p'",
    },
    {
      start: "-pe",
      args: ["-pe", "PROGRAM"],
      says: "node was started with '-pe'",
    },
    { start: "stdin", args: [], says: "node reads the program from stdin" },
    {
      start: "stdin, with arguments",
      args: ["-", "a"],
      says: "node reads the program from stdin",
    },
    { start: "the REPL", args: ["-i"], says: "node was started with '-i'" },
  ])("but not when there is none: $start", async ({ args, says }) => {
    const program =
      'const { command, dispatch, register } = require("../../src/index.ts"); register("a", () => undefined);' +
      'void dispatch(); try { command("a"); } catch (error) { console.log(error.code, error.message); }\n';
    const { stdout } = await runNode(
      args.map((word) => word.replace("PROGRAM", program)),
      { input: program },
    );
    expect(stdout).toContain(
      `ERR_REEXEC_NO_ENTRY re-execute as 'a': no entry script to run again, ${says}`,
    );
  });
});

describe("the flags of node are kept", () => {
  test("in the child's execArgv, and have their effect there", async () => {
    const flags = [
      "--no-warnings",
      "--conditions",
      "a",
      "-C",
      "b",
      "--stack-trace-limit=7",
      "--import",
      "./preloaded.mjs",
    ];
    const report = parseReport(
      await runNode([...flags, "--inspect-port", "0", "main.ts", "report"]),
    );
    expect(report.execArgv.slice(0, 6)).toEqual(flags.slice(0, 6));
    expect(report).toMatchObject({ preloaded: true, stackTraceLimit: 7 });
  });

  test.each(["--import", "--require", "-r", "--experimental-loader"])(
    "%s of a relative path is found after main has changed directory",
    async (flag) => {
      const report = parseReport(
        await runNode([
          "--no-warnings",
          flag,
          "./preloaded.mjs",
          "elsewhere.ts",
        ]),
      );
      expect(report.execArgv.at(-1)?.replace("file://", "")).toBe(
        join(fixtures, "preloaded.mjs"),
      );
      expect(report).toMatchObject({ cwd: "/", preloaded: true });
    },
  );

  test("except an inspector's, who would fight the child for its port", async () => {
    const { stdout, stderr } = await runNode([
      "--inspect=127.0.0.1:0",
      "main.ts",
      "report",
    ]);
    expect(stderr.match(/Debugger listening/g)).toHaveLength(1);
    expect(parseReport({ code: 0, stdout, stderr }).execArgv).toEqual([]);
  });

  test("flags in NODE_OPTIONS reach the child through the environment", async () => {
    const env = { NODE_OPTIONS: "--import=./preloaded.mjs" };
    const report = parseReport(await runNode(["main.ts", "report"], { env }));
    expect(report).toMatchObject({ preloaded: true, execArgv: [] });
  });

  test("a program in watch mode re-executes itself without watching", async () => {
    const args = [
      "--watch",
      "--watch-path=.",
      "--no-warnings",
      "main.ts",
      "report",
    ];
    const watched = spawn(process.execPath, args, { cwd: fixtures });
    onTestFinished(() => void watched.kill());
    const [line] = (await once(createInterface(watched.stdout), "line")) as [
      string,
    ];
    expect(parseReport({ code: 0, stdout: line, stderr: "" }).execArgv).toEqual(
      ["--no-warnings"],
    );
  });

  test("a test file under node --test re-executes itself without testing", async () => {
    const { code, stdout } = await runNode([
      "--test",
      "--test-reporter=tap",
      "under-node-test.ts",
    ]);
    expect(stdout).toContain("hello from reexec:greet");
    expect({ code, passed: /# pass (\d+)/.exec(stdout)?.[1] }).toEqual({
      code: 0,
      passed: "1",
    });
  });

  test("but the test runner in one process with the tests has no entry script", async () => {
    const { stdout } = await runNode([
      "--test",
      "--experimental-test-isolation=none",
      "under-node-test.ts",
    ]);
    expect(stdout).toContain("ERR_REEXEC_NO_ENTRY");
  });
});

describe("arguments", () => {
  test("that look like flags, or are empty, or hold spaces and quotes, are the init function's", async () => {
    const args = [
      "--inspect",
      "-e",
      "--",
      "",
      "a b",
      `'"$(x)\\`,
      "--node-options=--x",
      "ünï-🎁",
      "a\nb",
    ];
    expect(
      parseReport(await runNode(["main.ts", "report", ...args])).args,
    ).toEqual(args);
  });

  test("arrive as they were given, whatever they are", async () => {
    const echo = spawn(process.execPath, ["round-trip.ts"], {
      cwd: fixtures,
      stdio: ["pipe", "pipe", "inherit"],
    });
    onTestFinished(() => void echo.kill());
    const lines = createInterface(echo.stdout)[Symbol.asyncIterator]();
    const argument = fc
      .string({ unit: "binary" })
      .filter((text) => !text.includes("\0"));
    await fc.assert(
      fc.asyncProperty(fc.array(argument), async (args) => {
        echo.stdin.write(`${JSON.stringify(args)}\n`);
        const { value } = await lines.next();
        expect(JSON.parse(value ?? "")).toEqual(args);
      }),
      { numRuns: 30 },
    );
  });

  test.each([
    { what: "NUL", args: `"a\\0b"` },
    { what: "a lone surrogate", args: `"ok", "\\ud800"` },
    { what: "a number", args: "7" },
  ])("that argv cannot carry are refused: $what", async ({ args }) => {
    const { stderr, code } = await tryCommand(`command("a", ${args})`);
    expect(stderr).toContain("ERR_REEXEC_INVALID_ARGUMENT");
    expect(code).toBe(1);
  });
});

test("a name that is not registered is refused in the parent, with the names that are", async () => {
  const { stderr } = await tryCommand(`command("nope")`);
  expect(stderr).toContain(
    "re-execute as 'nope': not registered in this process, which knows 'a', 'b'",
  );
  expect(stderr).toContain("code: 'ERR_REEXEC_NOT_REGISTERED'");
  expect(stderr).toContain(
    `hint: 'call register("nope", fn) before dispatch()'`,
  );
});

test("a command is plain data", async () => {
  const { stdout } = await tryCommand(
    `console.log(JSON.stringify(command("a", "x")))`,
  );
  expect(JSON.parse(stdout)).toEqual({
    file: "/proc/self/exe",
    args: [join(directory, "try.mjs"), "x"],
    options: { argv0: "reexec:a", pdeathsig: "SIGTERM" },
  });
});

test("a replaced executable goes on as the one in memory", async () => {
  const { stdout } = await runProgram("sh", [
    "-c",
    'cp "$1" "$2/node" && "$2/node" replaced.ts "$2/node"',
    "sh",
    process.execPath,
    directory,
  ]);
  expect(stdout).toBe("hello from the old one\n");
});

/** Runs `statement` as the main of a program that has registered `a` and `b`. */
function tryCommand(statement: string): ReturnType<typeof runNode> {
  const program = join(directory, "try.mjs");
  writeFileSync(
    program,
    `import { command, dispatch, register } from ${JSON.stringify(join(fixtures, "../../src/index.ts"))};
     register("a", () => undefined);
     register("b", () => undefined);
     if (!(await dispatch())) ${statement};`,
  );
  return runNode([program]);
}
