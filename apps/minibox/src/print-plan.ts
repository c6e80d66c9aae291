import { formatStep, type Step } from "@ns/syscalls";
import { print } from "./print.ts";

/** Prints steps as a numbered list, each with its why; an error names the same numbers. */
export function printPlan(steps: readonly Step[]): void {
  const width = String(steps.length).length;
  const lines = steps.map((step, i) => {
    const why = step.why === undefined ? "" : `  # ${step.why}`;
    return `${String(i + 1).padStart(width)}  ${formatStep(step)}${why}\n`;
  });
  print(lines.join(""));
}
