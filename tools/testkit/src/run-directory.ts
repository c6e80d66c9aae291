import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const variable = "NS_TEST_RUN_DIRECTORY";

/**
 * A directory for this run of the tests, which every user may read. The first process that asks makes it and
 * removes it when it exits; its children, the test workers, find it in the environment.
 */
export function runDirectory(): string {
  const inherited = process.env[variable];
  if (inherited !== undefined) return inherited;
  const made = mkdtempSync(join(tmpdir(), "ns-test-"));
  chmodSync(made, 0o755);
  process.env[variable] = made;
  process.once("exit", () => {
    rmSync(made, { recursive: true, force: true });
  });
  return made;
}

/** The home directory that `uid` has during this run: empty at first, its own, in a place it can reach. */
export function homeDirectory(uid: number): string {
  const home = join(runDirectory(), `home-${String(uid)}`);
  if (!existsSync(home)) {
    mkdirSync(home, { recursive: true });
    chownSync(home, uid, uid);
  }
  return home;
}

/** A new temporary directory, removed when this process exits: also by a signal that asks it to, as Ctrl-C does. */
export function temporaryDirectory(prefix: string): string {
  const made = mkdtempSync(join(tmpdir(), prefix));
  process.once("exit", () => {
    rmSync(made, { recursive: true, force: true });
  });
  process.once("SIGINT", () => process.exit(130));
  process.once("SIGTERM", () => process.exit(143));
  return made;
}
