import { describe, expect, test } from "vitest";
import { parseReport, runNode } from "./run-node.ts";

describe("a re-executed process", () => {
  test("runs the init function and not main", async () => {
    expect(await runNode(["main.ts", "greet", "rupa"])).toEqual({
      code: 0,
      stdout: "hello rupa\n",
      stderr: "",
    });
  });

  test("has the name in argv[0], for ps(1) to show, and its arguments where main has them", async () => {
    const report = parseReport(
      await runNode(["main.ts", "report", "one", "two"]),
    );
    expect(report.argv0).toBe("reexec:report");
    expect(report.args).toEqual(["one", "two"]);
    expect(report.argv.slice(2)).toEqual(["one", "two"]);
  });

  test("finds no more in its environment than its parent had", async () => {
    const before = await runNode([
      "-p",
      "JSON.stringify(Object.keys(process.env))",
    ]);
    expect(
      parseReport(await runNode(["main.ts", "report"])).environment,
    ).toEqual(JSON.parse(before.stdout));
  });

  test("ends only when what the init function started has ended", async () => {
    expect((await runNode(["main.ts", "late-output"])).stdout).toBe(
      "the timer ran\n",
    );
  });

  test("may re-execute itself in turn", async () => {
    expect(await runNode(["main.ts", "nested"])).toEqual({
      code: 0,
      stdout: "hello grandchild\n",
      stderr: "",
    });
  });

  test("does not hand its name down: an ordinary child of it runs main", async () => {
    expect(await runNode(["main.ts", "ordinary-child"])).toEqual({
      code: 0,
      stdout: "hello ordinary\n",
      stderr: "",
    });
  });

  test("is not dispatched a second time", async () => {
    expect((await runNode(["main.ts", "dispatch-again"])).stdout).toBe(
      "again: true\n",
    );
  });
});

describe("the exit code of a re-executed process", () => {
  test.each([
    {
      when: "the init function throws",
      args: ["main.ts", "throw"],
      message: "Error: boom",
    },
    {
      when: "its promise is rejected",
      args: ["main.ts", "reject"],
      message: "Error: boom, later",
    },
    {
      when: "its promise is rejected, in CommonJS",
      args: ["entry.cjs", "reject"],
      message: "Error: boom",
    },
    {
      when: "rejections are only warned of",
      args: ["--unhandled-rejections=warn", "entry.cjs", "reject"],
      message: "Error: boom",
    },
  ])(
    "is 1, with the error on stderr, when $when",
    async ({ args, message }) => {
      const { code, stdout, stderr } = await runNode(args);
      expect(stderr).toContain(message);
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    },
  );

  test("is what the init function sets", async () => {
    expect(await runNode(["main.ts", "exit-code", "7"])).toEqual({
      code: 7,
      stdout: "",
      stderr: "",
    });
  });

  test("is 1 when the child has not registered the name its parent had", async () => {
    const { code, stdout, stderr } = await runNode(["main.ts", "conditional"]);
    expect(stderr).toContain(
      "dispatch to init function 'conditional': not registered in the re-executed process",
    );
    expect(stderr).toContain("ERR_REEXEC_NOT_REGISTERED");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  });
});

describe("a program that would start itself for ever is stopped when", () => {
  test.each([
    {
      mistake: "main never dispatches",
      error: "ERR_REEXEC_NOT_DISPATCHED",
      starts: 0,
    },
    {
      mistake: "main ignores the answer",
      error: "ERR_REEXEC_MAIN_IN_CHILD",
      starts: 1,
    },
    {
      mistake: "main does not wait for the answer",
      error: "ERR_REEXEC_MAIN_IN_CHILD",
      starts: 1,
    },
    {
      mistake: "options are forgotten",
      error: "ERR_REEXEC_NO_ARGV0",
      starts: 1,
    },
    {
      mistake: "a name is registered late",
      error: "ERR_REEXEC_LATE_REGISTER",
      starts: 0,
    },
  ])("$mistake", async ({ mistake, error, starts }) => {
    const { code, stdout, stderr } = await runNode(["misuse.ts", mistake]);
    expect(stderr).toContain(error);
    expect({ code, starts: stdout.match(/starting/g)?.length ?? 0 }).toEqual({
      code: 1,
      starts,
    });
  });
});

test("a worker thread neither dispatches nor re-executes, in an ordinary and in a re-executed process", async () => {
  const line = "dispatched false, ERR_REEXEC_WORKER\n";
  expect(await runNode(["in-worker.ts"])).toEqual({
    code: 0,
    stdout: line + line,
    stderr: "",
  });
});
