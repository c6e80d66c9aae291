import { existsSync } from "node:fs";
import { findProgram } from "./programs.ts";
import listed from "../debian-packages.json" with { type: "json" };

/** The Debian packages that tests use, each with the program (or the absolute path) that shows it is there. */
export const debianPackages: Readonly<Record<string, string>> = listed;

/** The names of those that this machine lacks, in the order of the list. */
export function missingDebianPackages(): string[] {
  return Object.entries(debianPackages)
    .filter(([, shownBy]) =>
      shownBy.startsWith("/")
        ? !existsSync(shownBy)
        : findProgram(shownBy) === undefined,
    )
    .map(([name]) => name);
}
