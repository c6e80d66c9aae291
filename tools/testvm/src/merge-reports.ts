import { relative } from "node:path";

/** What we read of vitest's JSON report. */
export interface Report {
  readonly testResults: readonly {
    /** The file's absolute path. */
    readonly name: string;
    readonly status: string;
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly meta?: unknown;
    }[];
  }[];
}

/** The report of one configuration of the machine, `user --systemd`. */
export interface ReportOf {
  readonly configuration: string;
  readonly report: Report;
}

/** The outcome of one test in all configurations. */
export interface Outcome {
  /** `packages/cgroup/test/limits.vm.test.ts > memory.max kills` */
  readonly test: string;
  /** The configurations it failed in; for a file that could not be run at all, too. */
  readonly failedIn: readonly string[];
  readonly passedIn: readonly string[];
}

/**
 * Puts the reports of the same tests in several configurations together. A test has passed when it has passed
 * somewhere and failed nowhere: `passedIn` is empty for one that no configuration suited.
 */
export function mergeReports(
  reports: readonly ReportOf[],
  root: string,
): Outcome[] {
  const outcomes = new Map<
    string,
    { failedIn: string[]; passedIn: string[] }
  >();
  for (const { configuration, report } of reports) {
    for (const { test, status } of testsOf(report, root)) {
      const outcome = outcomes.get(test) ?? { failedIn: [], passedIn: [] };
      outcomes.set(test, outcome);
      if (status === "failed") outcome.failedIn.push(configuration);
      if (status === "passed") outcome.passedIn.push(configuration);
    }
  }
  return [...outcomes].map(([test, outcome]) => ({ test, ...outcome }));
}

function testsOf(
  { testResults }: Report,
  root: string,
): { test: string; status: string }[] {
  return testResults.flatMap(({ name, status, assertionResults }) => {
    const file = relative(root, name);
    const tests = assertionResults.map((each) => ({
      test: `${file} > ${each.fullName}`,
      status: each.status,
    }));
    const broken =
      status === "failed" && tests.every((test) => test.status !== "failed");
    return broken ? [...tests, { test: file, status }] : tests;
  });
}
