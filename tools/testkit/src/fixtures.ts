import { join, relative } from "node:path";
import { checkout, checkoutFor } from "./checkout.ts";
import { asUser, run, type RunResult, UNPRIVILEGED_UID } from "./run.ts";

/** A program of fixtures/: its file, what it is run behind (`["unshare", "--mount"]`), and its arguments; what it printed, as JSON. */
export type RunFixture = (
  name: string,
  through?: readonly string[],
  its?: readonly string[],
) => Promise<unknown>;

export interface Fixtures {
  /** With this node, as who we are. */
  readonly runFixture: RunFixture;
  /** As a user without privileges. */
  readonly runFixtureAsUser: RunFixture;
  /** From a checkout that any user may read; it is for `through` to become another user. */
  readonly fixtureAsUser: RunFixture;
  /** The node, and the fixture, that a user without privileges may run. */
  readonly commandOfUser: (name: string) => readonly [string, string];
}

/** Runs the programs in fixtures/ of `directory`, where a package's tests are: what changes a process needs one of its own. */
export function fixturesIn(directory: string): Fixtures {
  const commandOfUser = (name: string): readonly [string, string] => {
    const root = checkoutFor(UNPRIVILEGED_UID);
    const fixture = join(root, relative(checkout, directory), "fixtures", name);
    return [join(root, "node_modules/.bin/node"), fixture];
  };
  return {
    commandOfUser,
    runFixture: (name, through = [], its = []) => {
      const fixture = join(directory, "fixtures", name);
      return start(name, [...through, process.execPath, fixture, ...its]);
    },
    fixtureAsUser: (name, through = [], its = []) =>
      start(name, [...through, ...commandOfUser(name), ...its]),
    runFixtureAsUser: async (name, through = [], its = []) => {
      const [file = "", ...args] = [...through, ...commandOfUser(name), ...its];
      return parse(name, await asUser(UNPRIVILEGED_UID, file, args));
    },
  };
}

async function start(
  name: string,
  [file = "", ...args]: readonly string[],
): Promise<unknown> {
  // the test runner's own flags are not part of the program under test
  const env = { NODE_OPTIONS: undefined };
  return parse(name, await run(file, args, { env }));
}

function parse(name: string, result: RunResult): unknown {
  const { code, signal, stdout, stderr } = result;
  if (code !== 0)
    throw new Error(`${name} ended with ${String(code ?? signal)}: ${stderr}`);
  return JSON.parse(stdout);
}
