import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkout, checkoutFor, run, type RunResult } from "@ns/testkit";

const clients = join(import.meta.dirname, "../clients");

/** Kept: it takes half a minute to make. */
const debian = join(checkout, ".cache/debian.tar");

/** As nothing may be left when the script ends, whatever becomes of it: mounts, processes, network. */
const ALONE = [
  ...["--mount", "--propagation", "private", "--net"],
  ...["--pid", "--fork", "--kill-child", "--mount-proc"],
];

/**
 * Runs a script that drives an engine, with minibox for its runtime: see `checks.sh`.
 * @throws {Error} if it leaves its directory behind.
 */
export async function runEngine(
  script: string,
  { timeoutMs }: { readonly timeoutMs: number },
): Promise<RunResult> {
  const made = await run(
    "unshare",
    ["--mount", "--propagation", "private", join(clients, "debian.sh"), debian],
    { timeoutMs: 300_000 },
  );
  if (made.code !== 0) throw new Error(`debian.sh: ${made.stdout}`);
  const minibox = join(checkoutFor(0), "apps/minibox/bin/minibox");
  const store = mkdtempSync(join(tmpdir(), `minibox-${script}-`));
  try {
    const result = await run(
      "unshare",
      [...ALONE, join(clients, `${script}.sh`), minibox, store, debian],
      { timeoutMs },
    );
    if (result.code === 0 && existsSync(store))
      throw new Error(`${script}.sh left ${store} behind`);
    return result;
  } finally {
    rmSync(store, { recursive: true, force: true });
  }
}
