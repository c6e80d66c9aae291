import type { Problem } from "../problem.ts";

/** Nobody reads more, and a configuration of 8 MiB may have a million faults. */
const MAX_PROBLEMS = 1000;

/** Where checks put what they find. */
export class Report {
  readonly errors: Problem[] = [];
  readonly warnings: Problem[] = [];

  error(path: string, reason: string, hint?: string): void {
    add(this.errors, path, reason, hint);
  }

  warn(path: string, reason: string, hint?: string): void {
    add(this.warnings, path, reason, hint);
  }
}

/** Finds what is wrong in one part of a configuration. */
export type Check<T> = (part: T, report: Report) => void;

/** Calls back with each value that was there before. */
export function eachRepeated<T>(
  values: readonly T[],
  onRepeated: (value: T, index: number, first: number) => void,
): void {
  const first = new Map<T, number>();
  for (const [i, value] of values.entries()) {
    const before = first.get(value);
    if (before === undefined) first.set(value, i);
    else onRepeated(value, i, before);
  }
}

function add(
  problems: Problem[],
  path: string,
  reason: string,
  hint?: string,
): void {
  if (problems.length < MAX_PROBLEMS)
    problems.push({ path, reason, ...(hint !== undefined && { hint }) });
}
