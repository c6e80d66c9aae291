import { join } from "node:path";
import { asUser, checkoutFor, run, UNPRIVILEGED_UID } from "@ns/testkit";

/** Runs fixtures/`name` with this node, behind the program and arguments of `through`; returns the JSON it printed. */
export async function runFixture(
  name: string,
  through: readonly string[] = [],
  its: readonly string[] = [],
): Promise<unknown> {
  const fixture = join(import.meta.dirname, "fixtures", name);
  const [file = "", ...args] = [...through, process.execPath, fixture, ...its];
  // the test runner's own flags are not part of the program under test
  const result = await run(file, args, { env: { NODE_OPTIONS: undefined } });
  if (result.code !== 0) throw new Error(`${name} failed: ${result.stderr}`);
  return JSON.parse(result.stdout);
}

/** The same as a user without privileges. */
export async function runFixtureAsUser(
  name: string,
  through: readonly string[] = [],
  its: readonly string[] = [],
): Promise<unknown> {
  const root = checkoutFor(UNPRIVILEGED_UID);
  const fixture = join(root, "packages/capability/test/fixtures", name);
  const node = join(root, "node_modules/.bin/node");
  const [file = "", ...args] = [...through, node, fixture, ...its];
  const result = await asUser(UNPRIVILEGED_UID, file, args);
  if (result.code !== 0) throw new Error(`${name} failed: ${result.stderr}`);
  return JSON.parse(result.stdout);
}
