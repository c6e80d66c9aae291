import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { checkout } from "@ns/testkit";
import { runInVm } from "./machine.ts";
import {
  mergeReports,
  type Outcome,
  type Report,
  type ReportOf,
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

/** How long the tests may take in one configuration, start to end, in seconds. */
const LIMIT = 220;

/** What CI counts. */
const REPORT = join(checkout, ".cache/testvm.json");

const { options, command: filters } = parseOptions(process.argv.slice(2));
const reports: ReportOf[] = [];
const problems: string[] = [];
for (const who of CONFIGURATIONS)
  await runConfiguration({ ...options, ...who });
summarise(mergeReports(reports, checkout));

async function runConfiguration(chosen: Options): Promise<void> {
  const configuration = nameOf(chosen);
  const start = performance.now();
  console.log(`\n== in the virtual machine: ${configuration}`);
  // the report is what is left for standard output
  const script =
    'export TESTVM_REPORT=$HOME/report.json; node_modules/.bin/vitest run --configLoader native --config tools/testvm/vitest.config.ts "$@" >&2; cat $TESTVM_REPORT';
  const stdout = new PassThrough();
  const json = text(stdout);
  const argv = ["sh", "-c", script, "sh", ...filters];
  let failure = "";
  try {
    const code = await runInVm(
      { argv, cwd: checkout, env: environment() },
      { ...chosen, timeout: chosen.timeout ?? LIMIT },
      { stdout, stderr: process.stderr },
    );
    if (code !== 0) failure = `no report, exit status ${code}`;
  } catch (error) {
    failure = String(error);
  }
  stdout.end();
  if (failure === "")
    reports.push({ configuration, report: JSON.parse(await json) as Report });
  else problems.push(`${configuration}: ${failure}`);
  const seconds = Math.round((performance.now() - start) / 1000);
  console.log(`== ${configuration}: ${failure || "done"}, ${seconds} s`);
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
