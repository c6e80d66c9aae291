import { execFileSync } from "node:child_process";
import type { TestContext } from "vitest";
import { debianPackages } from "./debian-packages.ts";
import { findProgram } from "./programs.ts";
import { UNPRIVILEGED_UID } from "./run.ts";

/** Something a test cannot do without. */
export interface Requirement {
  /** Looks whether this machine has it, when a test asks. */
  readonly met: () => boolean;
  /** What is missing and how to get it: "needs bwrap: apt-get install bubblewrap". */
  readonly reason: string;
}

/**
 * Skips the test, with the reason, at the first requirement that is not met; with `REQUIRE_ALL=1` in the
 * environment the test fails instead. To be called first in a test or in `beforeEach`, not in `beforeAll`.
 */
export function requires(
  context: Pick<TestContext, "skip">,
  ...requirements: readonly Requirement[]
): void {
  const missing = requirements.find((requirement) => !requirement.met());
  if (missing === undefined) return;
  if (process.env["REQUIRE_ALL"] === "1")
    throw new Error(`REQUIRE_ALL=1, but this test ${missing.reason}`);
  context.skip(missing.reason);
}

export const root: Requirement = {
  met: () => process.getuid?.() === 0,
  reason: "needs root",
};

/** For `asUser`: we are root and may become someone else. */
export const unprivilegedUser: Requirement = {
  met: once(() => succeeds("setpriv", [...setprivArguments, "true"])),
  reason:
    "needs to become an unprivileged user: run as root, apt-get install util-linux",
};

export const unprivilegedUserNamespaces: Requirement = {
  met: once(() =>
    succeeds("setpriv", [
      ...setprivArguments,
      "unshare",
      "--user",
      "--map-root-user",
      "true",
    ]),
  ),
  reason:
    "needs user namespaces for unprivileged users: see kernel.apparmor_restrict_unprivileged_userns",
};

/** The program `name`, which is in the Debian package that `debian-packages.json` lists for it. */
export function program(name: string): Requirement {
  const debianPackage = Object.keys(debianPackages).find(
    (key) => debianPackages[key] === name,
  );
  if (debianPackage === undefined)
    throw new RangeError(
      `program '${name}' is not listed in debian-packages.json`,
    );
  return {
    met: () => findProgram(name) !== undefined,
    reason: `needs ${name}: apt-get install ${debianPackage}`,
  };
}

const id = String(UNPRIVILEGED_UID);
const setprivArguments = ["--reuid", id, "--regid", id, "--clear-groups"];

function succeeds(file: string, args: readonly string[]): boolean {
  try {
    execFileSync(file, args, { stdio: "ignore", timeout: 10_000 });
    return true;
  } catch {
    // not there, not allowed, or it failed: the requirement is not met
    return false;
  }
}

function once(look: () => boolean): () => boolean {
  let found: boolean | undefined;
  return () => (found ??= look());
}
