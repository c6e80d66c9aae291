import type { Step, Syscall } from "./syscall.ts";

/** Prints a syscall as strace would: `mount("proc", "/proc", "proc", MS_NOSUID, NULL)`. */
export function formatSyscall(call: Syscall): string {
  const args = call.params.map((param, i) =>
    param.format(call.args[i] as never),
  );
  return `${call.name}(${args.join(", ")})`;
}

/** Prints a step: its syscall, the register its result goes to, and the errors it expects. */
export function formatStep(step: Step): string {
  let text = formatSyscall(step);
  if (step.into !== undefined) text += ` = <${step.into.name}>`;
  if (step.ignore !== undefined) {
    const expected =
      step.ignore === "any" ? "any error" : step.ignore.join("|");
    if (step.otherwise !== undefined) text += ` (on ${expected}: see below)`;
    else if (step.then !== undefined)
      text += ` (on ${expected}: not the next ${countSteps(step.then)})`;
    else text += ` (or ${expected})`;
  }
  const { closes = [] } = step;
  if (closes.length > 0)
    text += `, then close ${closes.map(({ name }) => `<${name}>`).join(", ")}`;
  return text;
}

/** How many steps these are with all that belong to them. */
function countSteps(steps: readonly Step[]): number {
  return steps.reduce(
    (sum, { then = [], otherwise = [] }) =>
      sum + 1 + countSteps(then) + countSteps(otherwise),
    0,
  );
}
