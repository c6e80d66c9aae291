import { expect, test } from "vitest";
import { mergeReports, type Report } from "@ns/testvm";

function reportOf(tests: Record<string, string>, status = "passed"): Report {
  return {
    testResults: [
      {
        name: "/ns/packages/a/test/a.vm.test.ts",
        status,
        assertionResults: Object.entries(tests).map(([fullName, each]) => ({
          fullName,
          status: each,
        })),
      },
    ],
  };
}

function merged(first: Report, second: Report): unknown {
  return mergeReports(
    [
      { configuration: "root", report: first },
      { configuration: "user", report: second },
    ],
    "/ns",
  );
}

const file = "packages/a/test/a.vm.test.ts";

test("a test that is skipped in one configuration counts where it ran", () => {
  expect(merged(reportOf({ t: "skipped" }), reportOf({ t: "passed" }))).toEqual(
    [{ test: `${file} > t`, failedIn: [], passedIn: ["user"] }],
  );
});

test("a test that is skipped everywhere has run nowhere", () => {
  expect(
    merged(reportOf({ t: "skipped" }), reportOf({ t: "skipped" })),
  ).toEqual([{ test: `${file} > t`, failedIn: [], passedIn: [] }]);
});

test("a failure stays one, whatever it does elsewhere", () => {
  expect(
    merged(reportOf({ t: "failed" }, "failed"), reportOf({ t: "passed" })),
  ).toEqual([{ test: `${file} > t`, failedIn: ["root"], passedIn: ["user"] }]);
});

test("a file that could not be run is a failure of its own", () => {
  expect(merged(reportOf({}, "failed"), reportOf({ t: "passed" }))).toEqual([
    { test: file, failedIn: ["root"], passedIn: [] },
    { test: `${file} > t`, failedIn: [], passedIn: ["user"] },
  ]);
});
