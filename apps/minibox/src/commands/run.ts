import type { Child } from "@ns/spawn";
import { callersVariables } from "../environment.ts";
import { MiniboxError } from "../error.ts";
import type { RunOptions } from "../options.ts";
import { printPlan } from "../print-plan.ts";
import { planRun, run } from "../run.ts";
import { forwardedEnd, forwardSignals, signalNumberOf } from "../signals.ts";
import { attachTerminal, isTerminal, terminalSize } from "../terminal.ts";
import { parseRun, RUN_HELP } from "./run-options.ts";
import { defaultFilterCapabilities } from "../plan/default-filter.ts";
import { print } from "../print.ts";

/** `minibox run`. */
export async function main(args: string[]): Promise<number> {
  const { options, plan, help, tty, interactive, seccomp } = parseRun(
    args,
    callersVariables(process.env),
  );
  if (help) {
    print(RUN_HELP);
    return 0;
  }
  const onTerminal = isTerminal(0) && isTerminal(1);
  if (tty === true && !isTerminal(0) && interactive !== true) {
    throw new MiniboxError(
      "ERR_NO_TERMINAL",
      "a terminal was asked for, and stdin is none",
      {
        hint: "without -t the command gets stdin as it is; -it makes a terminal anyway",
      },
    );
  }
  const whole = {
    ...options,
    seccomp: await readFilter(seccomp),
    terminal: (tty ?? onTerminal) ? terminalSize() : undefined,
  };
  if (plan) {
    printPlan(planRun(whole));
    return 0;
  }
  return runToEnd(whole);
}

/** The filter that a file describes. What compiles it is loaded when there is one. */
async function readFilter(
  file: string | undefined,
): Promise<RunOptions["seccomp"]> {
  if (file === undefined || file === "unconfined") return file;
  const { readFileSync } = process.getBuiltinModule("node:fs");
  const { compileFilter, parseProfile } = await import("@ns/seccomp");
  const profile = parseProfile(readFileSync(file, "utf8"));
  const { filter, flags } = compileFilter(profile, {
    capabilities: defaultFilterCapabilities,
  });
  return { filter, flags };
}

/** Runs a command in a container, on our terminal or descriptors, and returns its exit status. */
export async function runToEnd(options: RunOptions): Promise<number> {
  const child = run(options, {
    stdio: options.terminal === undefined ? "inherit" : "ignore",
  });
  const stopForwarding = forwardSignals(child);
  const detach =
    options.terminal === undefined ? undefined : attachTerminal(child);
  try {
    return await exitStatus(child);
  } finally {
    await detach?.();
    stopForwarding();
  }
}

async function exitStatus(child: Child): Promise<number> {
  const { code, signal } = await child.exited;
  return code ?? 128 + signalNumberOf(forwardedEnd(child) ?? signal);
}
