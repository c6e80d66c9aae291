import { join } from "node:path";
import { run, type RunOptions } from "@ns/testkit";

export const fixtures: string = join(import.meta.dirname, "fixtures");

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs this node with `args`, in the fixtures directory, until it exits. */
export function runNode(
  args: readonly string[],
  options: RunOptions = {},
): Promise<Ended> {
  return runProgram(process.execPath, args, options);
}

export async function runProgram(
  file: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Ended> {
  // the test runner's own flags are not part of the program under test
  const env = { NODE_OPTIONS: undefined, ...options.env };
  const { code, stdout, stderr } = await run(file, args, {
    cwd: fixtures,
    ...options,
    env,
  });
  return { code, stdout, stderr };
}

/** What fixtures/report-self.ts prints of the re-executed process. */
export interface Report {
  readonly args: readonly string[];
  readonly argv0: string;
  readonly argv: readonly string[];
  readonly execArgv: readonly string[];
  readonly environment: readonly string[];
  readonly cwd: string;
  readonly preloaded: boolean;
  readonly stackTraceLimit: number;
}

/** The report that the re-executed child of a program has printed. */
export function parseReport({ code, stdout, stderr }: Ended): Report {
  if (code !== 0)
    throw new Error(`the program ended with ${String(code)}: ${stderr}`);
  return JSON.parse(stdout) as Report;
}
