import type { Report } from "../internal/report.ts";
import { describe } from "../problem.ts";

/** Each entry sets a variable: environ(7). */
export function checkEnv(
  env: readonly string[] | undefined,
  report: Report,
  path: string,
): void {
  for (const [i, entry] of (env ?? []).entries())
    if (entry.indexOf("=") < 1)
      report.error(
        `${path}[${i}]`,
        `expected NAME=value, found ${describe(entry)}`,
      );
}
