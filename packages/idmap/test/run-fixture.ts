import { join } from "node:path";
import {
  asUser,
  checkoutFor,
  run,
  type RunResult,
  UNPRIVILEGED_UID,
} from "@ns/testkit";

/** Runs fixtures/`name` with this node, behind the program and arguments of `through`; returns the JSON it printed. */
export async function runFixture(
  name: string,
  through: readonly string[] = [],
  its: readonly string[] = [],
): Promise<unknown> {
  const fixture = join(import.meta.dirname, "fixtures", name);
  return start(name, [...through, process.execPath, fixture, ...its]);
}

/** The same as a user without privileges. */
export async function runFixtureAsUser(
  name: string,
  through: readonly string[] = [],
  its: readonly string[] = [],
): Promise<unknown> {
  const [file = "", ...args] = [...through, ...commandOfUser(name), ...its];
  return parse(name, await asUser(UNPRIVILEGED_UID, file, args));
}

/** Runs it from a checkout that any user may read; it is for `through` to become another user. */
export async function fixtureAsUser(
  name: string,
  through: readonly string[],
  its: readonly string[] = [],
): Promise<unknown> {
  return start(name, [...through, ...commandOfUser(name), ...its]);
}

/** The node, and the fixture, that a user without privileges may run. */
export function commandOfUser(name: string): readonly [string, string] {
  const root = checkoutFor(UNPRIVILEGED_UID);
  const fixture = join(root, "packages/idmap/test/fixtures", name);
  return [join(root, "node_modules/.bin/node"), fixture];
}

async function start(
  name: string,
  command: readonly string[],
): Promise<unknown> {
  const [file = "", ...args] = command;
  // the test runner's own flags are not part of the program under test
  return parse(
    name,
    await run(file, args, { env: { NODE_OPTIONS: undefined } }),
  );
}

function parse(name: string, { code, stdout, stderr }: RunResult): unknown {
  if (code !== 0) throw new Error(`${name} failed: ${stderr}`);
  return JSON.parse(stdout);
}
