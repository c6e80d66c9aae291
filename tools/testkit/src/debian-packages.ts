import { existsSync } from "node:fs";
import { findProgram } from "./programs.ts";
import listed from "../debian-packages.json" with { type: "json" };

/** The Debian packages that tests use, each with the program (or the absolute path) that shows it is there. */
export const debianPackages: Readonly<Record<string, string>> = listed;

/** The names of those of a list that this machine lacks, in the list's order. */
export function missingDebianPackages(
  list: Readonly<Record<string, string>> = debianPackages,
): string[] {
  return Object.entries(list)
    .filter(([, shownBy]) =>
      shownBy.startsWith("/")
        ? !existsSync(shownBy)
        : findProgram(shownBy) === undefined,
    )
    .map(([name]) => name);
}
