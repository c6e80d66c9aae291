import { join } from "node:path";
import { run } from "@ns/testkit";

/**
 * Runs fixtures/`name`, with arguments of `its`, with this node, behind the program and arguments of `through` (`["unshare", "-m"]`), and
 * returns what it printed, as JSON.
 */
export async function runFixture(
  name: string,
  through: readonly string[] = [],
  its: readonly string[] = [],
): Promise<unknown> {
  const node = [
    process.execPath,
    join(import.meta.dirname, "fixtures", name),
    ...its,
  ];
  const [file = "", ...args] = [...through, ...node];
  // the test runner's own flags are not part of the program under test
  const { code, stdout, stderr } = await run(file, args, {
    env: { NODE_OPTIONS: undefined },
  });
  if (code !== 0)
    throw new Error(`${name} ended with ${String(code)}: ${stderr}`);
  return JSON.parse(stdout);
}
