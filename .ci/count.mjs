// Prints the last line of .ci/run: count.mjs FAILED-STEP...
// Exits 1 unless something has passed and nothing has failed.
import { existsSync, readFileSync } from "node:fs";

/** The steps that count what they test, each with its report. Any other is one failure when it fails. */
const REPORTS = {
  tests: [".cache/vitest.json", countTests],
  "tests in a virtual machine": [".cache/testvm.json", (counts) => counts],
  "packages as installed": [".cache/release-dry.json", (counts) => counts],
};

/** The tests of vitest's JSON report; a file that could not be run at all is one failed test. */
function countTests({ testResults, ...totals }) {
  const broken = testResults.filter(
    ({ status, assertionResults }) =>
      status === "failed" &&
      assertionResults.every((test) => test.status !== "failed"),
  );
  return {
    passed: totals.numPassedTests,
    failed: totals.numFailedTests + broken.length,
    skipped: totals.numPendingTests + totals.numTodoTests,
  };
}

const failedSteps = new Set(process.argv.slice(2));
const sum = { passed: 0, failed: 0, skipped: 0 };
for (const [step, [path, count]] of Object.entries(REPORTS)) {
  const { passed, failed, skipped } = existsSync(path)
    ? count(JSON.parse(readFileSync(path, "utf8")))
    : { passed: 0, failed: 0 };
  sum.passed += passed;
  sum.failed += failed;
  sum.skipped += skipped ?? 0;
  // the step fails because its tests do, or for a reason that the report does not have
  if (failed > 0) failedSteps.delete(step);
}
const failed = sum.failed + failedSteps.size;
const skipped = sum.skipped > 0 ? `, ${sum.skipped} skipped` : "";
console.log(`${sum.passed} passed, ${failed} failed${skipped}`);
process.exitCode = failed > 0 || sum.passed === 0 ? 1 : 0;
