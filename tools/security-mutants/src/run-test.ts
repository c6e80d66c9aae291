import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { run } from "@ns/testkit";
import type { Mutant } from "./mutants.ts";

/** What a run of tests came to. */
export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** The first failure's message, one line; or why nothing was run. */
  readonly says: string;
}

interface Report {
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/** Runs tests in a checkout, as vitest's JSON tells of them. */
export async function runTests(
  checkout: string,
  what: readonly string[],
  project: string,
): Promise<Outcome> {
  const report = join(checkout, ".cache/vitest.json");
  rmSync(report, { force: true });
  const { stdout, stderr } = await run(
    join(checkout, "node_modules/.bin/vitest"),
    ["run", ...what, "--project", project],
    {
      cwd: checkout,
      env: { NO_COLOR: "1", NODE_OPTIONS: undefined, REQUIRE_ALL: "1" },
      timeoutMs: 900_000,
    },
  );
  return outcomeOf(readReport(report) ?? { testResults: [] }, stdout + stderr);
}

/** The tests of one mutant: those of its file whose own names begin with its id. */
export function testsOf({ id, test }: Mutant): string[] {
  const name = id.replace(/[a-z]$/, "");
  return [test, "--testNamePattern", `(^| )${name}: `];
}

function readReport(path: string): Report | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Report;
  } catch (error) {
    // vitest did not come so far
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function outcomeOf({ testResults }: Report, output: string): Outcome {
  const all = testResults.flatMap(({ assertionResults }) => assertionResults);
  const count = (status: string): number =>
    all.filter((each) => each.status === status).length;
  const failure =
    all.flatMap(({ failureMessages }) => failureMessages).at(0) ??
    testResults.find(({ message }) => message !== "")?.message ??
    output;
  return {
    passed: count("passed"),
    failed: count("failed"),
    skipped: count("skipped"),
    says: (failure.split("\n").at(0) ?? "").slice(0, 100),
  };
}
