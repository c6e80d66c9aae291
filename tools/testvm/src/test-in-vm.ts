import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { checkout } from "@ns/testkit";
import { runInVm, TIMED_OUT } from "./machine.ts";
import {
  brokenFiles,
  mergeReports,
  type Outcome,
  type Report,
  type ReportOf,
  withoutFiles,
} from "./merge-reports.ts";
import { type Options, parseOptions } from "./options.ts";

/*
 * Runs the files named `*.vm.test.ts`, or those of them that match the words given, in each configuration of the
 * machine. Exit status 0 when every test has passed in at least one of them and failed in none.
 */

const CONFIGURATIONS = [
  { user: false, systemd: false },
  { user: true, systemd: false },
  { user: false, systemd: true },
  { user: true, systemd: true },
] as const;

/** How long all of it may take, in seconds; what one configuration leaves is there for the next. */
const LIMIT = 840;

/** What CI counts. */
const REPORT = join(checkout, ".cache/testvm.json");

const { options, command: filters } = parseOptions(process.argv.slice(2));
const reports: ReportOf[] = [];
const problems: string[] = [];
for (const who of CONFIGURATIONS)
  await runConfiguration({ ...options, ...who });
summarise(mergeReports(reports, checkout));

/**
 * Runs one configuration. Once in some dozens of runs the emulation kills a process at random: a file whose tests did not
 * come to an end is run a second time, and then it counts.
 */
async function runConfiguration(
  chosen: Options,
  files: readonly string[] = filters,
): Promise<void> {
  const configuration = nameOf(chosen);
  const start = performance.now();
  console.log(`\n== in the virtual machine: ${configuration}`);
  // the report is what is left for standard output
  const script =
    'export TESTVM_REPORT=$HOME/report.json; node_modules/.bin/vitest run --configLoader native --config tools/testvm/vitest.config.ts "$@" >&2; cat $TESTVM_REPORT';
  const stdout = new PassThrough();
  const json = text(stdout);
  const argv = ["sh", "-c", script, "sh", ...files];
  let failure = "";
  try {
    const code = await runInVm(
      { argv, cwd: checkout, env: environment() },
      { ...chosen, timeout: chosen.timeout ?? remainingSeconds() },
      { stdout, stderr: process.stderr },
    );
    if (code !== 0) failure = `no report, ${meaning(code)}`;
  } catch (error) {
    failure = String(error);
  }
  stdout.end();
  const seconds = Math.round((performance.now() - start) / 1000);
  console.log(`== ${configuration}: ${failure || "done"}, ${seconds} s`);
  if (failure !== "") {
    problems.push(`${configuration}: ${failure}`);
    return;
  }
  const report = JSON.parse(await json) as Report;
  const broken = files === filters ? brokenFiles(report) : [];
  reports.push({ configuration, report: withoutFiles(report, broken) });
  if (broken.length === 0) return;
  console.log(`not finished, and run again: ${broken.join(", ")}`);
  await runConfiguration(chosen, broken);
}

function meaning(code: number): string {
  return code === TIMED_OUT ? "it took too long" : `exit status ${code}`;
}

function remainingSeconds(): number {
  return Math.max(1, Math.round(LIMIT - performance.now() / 1000));
}

function nameOf({ user, systemd }: Pick<Options, "user" | "systemd">): string {
  return `${user ? "uid 1000" : "root"} ${systemd ? "with" : "without"} systemd`;
}

function environment(): Record<string, string> {
  const { PATH = "", NO_COLOR } = process.env;
  return { PATH, CI: "true", ...(NO_COLOR !== undefined && { NO_COLOR }) };
}

function summarise(outcomes: readonly Outcome[]): void {
  const failed = outcomes.filter(({ failedIn }) => failedIn.length > 0);
  // a configuration with no report may be the one that a test waits for
  const never = outcomes.filter(
    ({ failedIn, passedIn }) =>
      problems.length === 0 && failedIn.length + passedIn.length === 0,
  );
  console.log("");
  for (const { test, failedIn } of failed)
    console.log(`FAILED ${test}\n       in ${failedIn.join(", ")}`);
  for (const { test } of never)
    console.log(`NEVER RUN ${test}\n       no configuration has what it needs`);
  for (const problem of problems) console.log(`FAILED ${problem}`);
  const passed = outcomes.length - failed.length - never.length;
  const bad = failed.length + never.length + problems.length;
  console.log(`in the virtual machine: ${passed} passed, ${bad} failed`);
  mkdirSync(dirname(REPORT), { recursive: true });
  writeFileSync(REPORT, `${JSON.stringify({ passed, failed: bad })}\n`);
  process.exitCode = bad > 0 || passed === 0 ? 1 : 0;
}
