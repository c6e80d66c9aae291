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
    text +=
      step.otherwise === undefined
        ? ` (or ${expected})`
        : ` (on ${expected}: see below)`;
  }
  return text;
}
