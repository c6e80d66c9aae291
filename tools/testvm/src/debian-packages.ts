import { existsSync } from "node:fs";
import { findProgram } from "@ns/testkit";
import listed from "../debian-packages.json" with { type: "json" };

/** @throws {Error} with the command that installs them, when Debian packages that make the machine are missing. */
export function requireDebianPackages(): void {
  const missing = Object.entries(listed)
    .filter(([, shownBy]) =>
      shownBy.startsWith("/")
        ? !existsSync(shownBy)
        : findProgram(shownBy) === undefined,
    )
    .map(([name]) => name);
  if (missing.length > 0)
    throw new Error(
      `Debian packages are missing: apt-get install --no-install-recommends ${missing.join(" ")}`,
    );
}
