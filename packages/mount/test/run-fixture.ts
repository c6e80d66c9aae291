import { join } from "node:path";
import { asUser, checkoutFor, run, type RunResult } from "@ns/testkit";

/** Where a fixture runs: as root in a mount namespace, or as a user in a user and mount namespace. */
export interface Where {
  /** Default: as we are. */
  readonly uid?: number;
  readonly timeoutMs?: number;
}

/**
 * Runs fixtures/`name` with this node in a mount namespace of its own, where nothing propagates to the host, and returns
 * what it printed, as JSON.
 */
export async function runFixture(
  name: string,
  args: readonly string[] = [],
  { uid, timeoutMs = 60_000 }: Where = {},
): Promise<unknown> {
  const script = `packages/mount/test/fixtures/${name}`;
  // the test runner's own flags are not part of the program under test
  const options = { timeoutMs, env: { NODE_OPTIONS: undefined } };
  const { code, signal, stdout, stderr } =
    uid === undefined
      ? await inMountNamespace(join(root(), script), args, options)
      : await asUser(
          uid,
          "unshare",
          [
            ...["--user", "--map-root-user", "--mount"],
            join(checkoutFor(uid), "node_modules/.bin/node"),
            join(checkoutFor(uid), script),
            ...args,
          ],
          options,
        );
  if (code === 0) return JSON.parse(stdout) as unknown;
  throw new Error(`${name} ended with ${String(code ?? signal)}: ${stderr}`);
}

function inMountNamespace(
  script: string,
  args: readonly string[],
  options: { readonly timeoutMs: number },
): Promise<RunResult> {
  const through = ["--mount", "--propagation", "private"];
  return run(
    "unshare",
    [...through, process.execPath, script, ...args],
    options,
  );
}

function root(): string {
  return join(import.meta.dirname, "../../..");
}
