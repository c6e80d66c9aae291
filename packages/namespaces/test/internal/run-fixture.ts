import { join } from "node:path";
import {
  asUser,
  checkout,
  checkoutFor,
  run,
  UNPRIVILEGED_UID,
  type RunResult,
} from "@ns/testkit";

const place = "packages/namespaces";
const node = "node_modules/.bin/node";

/** How a file of this package is run with this checkout's node. */
export interface Way {
  /** Programs and their arguments before it: `["unshare", "--mount"]`. */
  readonly through?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Runs `file`, a path in this package. */
export function runFile(file: string, way: Way = {}): Promise<RunResult> {
  const [first = "", ...rest] = commandLine(checkout, file, way);
  // the test runner's own flags are not part of the program under test
  return run(first, rest, { env: { NODE_OPTIONS: undefined, ...way.env } });
}

/** The same as the user without privileges. */
export function runFileAsUser(file: string, way: Way = {}): Promise<RunResult> {
  const at = checkoutFor(UNPRIVILEGED_UID);
  const [first = "", ...rest] = commandLine(at, file, way);
  return asUser(UNPRIVILEGED_UID, first, rest, { env: { ...way.env } });
}

/** What a file in test/fixtures printed, as JSON. */
export async function runFixture(name: string, way?: Way): Promise<unknown> {
  return reportOf(await runFile(`test/fixtures/${name}`, way));
}

/** The same as the user without privileges. */
export async function runFixtureAsUser(
  name: string,
  way?: Way,
): Promise<unknown> {
  return reportOf(await runFileAsUser(`test/fixtures/${name}`, way));
}

function commandLine(
  root: string,
  file: string,
  { through = [], args = [] }: Way,
): string[] {
  return [...through, join(root, node), join(root, place, file), ...args];
}

function reportOf({ code, stdout, stderr }: RunResult): unknown {
  if (code !== 0 || stderr !== "")
    throw new Error(`the fixture ended with ${String(code)}: ${stderr}`);
  return JSON.parse(stdout);
}
