import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const DIRECTORY = join(import.meta.dirname, "../fixtures");

/** The text of a captured document. */
export function fixture(name: string): string {
  return readFileSync(join(DIRECTORY, name), "utf8");
}

/** The names of all configurations: those that runtimes and engines have written, and `full`, which has everything. */
export const configurations: readonly string[] = readdirSync(DIRECTORY).filter(
  (name) => name.endsWith(".config.json"),
);
