// Prints the last line of .ci/run: count.mjs REPORT FAILED-STEP...
// Exits 1 unless something has passed and nothing has failed.
import { existsSync, readFileSync } from "node:fs";

const [report, ...failedSteps] = process.argv.slice(2);

/** The tests of vitest's JSON report; a file that could not be run at all is one failed test. */
function countTests(path) {
  if (!existsSync(path)) return { passed: 0, failed: 0, skipped: 0 };
  const { testResults, ...totals } = JSON.parse(readFileSync(path, "utf8"));
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

const tests = countTests(report);
// the step "tests" fails because tests do, or for a reason that the report does not have
const steps = failedSteps.filter(
  (step) => step !== "tests" || tests.failed === 0,
);
const failed = tests.failed + steps.length;
const skipped = tests.skipped > 0 ? `, ${tests.skipped} skipped` : "";
console.log(`${tests.passed} passed, ${failed} failed${skipped}`);
process.exitCode = failed > 0 || tests.passed === 0 ? 1 : 0;
