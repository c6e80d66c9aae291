import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Effort } from "./rounds.ts";

export const usage = `usage: pnpm bench [--quick] [--json] [--only NAME]... [--out DIRECTORY]

  --quick    some 20 seconds instead of two and a half minutes
  --json     print the results as JSON instead of Markdown
  --only     measure this scenario only: its id, or what is before its @
  --out      where results.md, results.svg and results.json go; default: tools/bench/results,
             and nowhere with --only
  --help     print this`;

/** What was asked for on the command line. */
export interface Options {
  readonly mode: "quick" | "full";
  readonly json: boolean;
  readonly help: boolean;
  /** Ids of scenarios; all when there is none. */
  readonly only: readonly string[];
  readonly out: string | undefined;
}

export const efforts: Readonly<Record<Options["mode"], Effort>> = {
  quick: { warmUpCalls: 40, minRounds: 5, maxRounds: 40, seconds: 14 },
  full: { warmUpCalls: 150, minRounds: 20, maxRounds: 300, seconds: 130 },
};

/** @throws {TypeError} `ERR_PARSE_ARGS_*` for what is not in {@link usage}. */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
      only: { type: "string", multiple: true, default: [] },
      out: { type: "string" },
    },
  });
  const isPart = values.only.length > 0;
  return {
    mode: values.quick ? "quick" : "full",
    json: values.json,
    help: values.help,
    only: values.only,
    out: values.out ?? (isPart ? undefined : defaultDirectory),
  };
}

const defaultDirectory = join(import.meta.dirname, "../results");
