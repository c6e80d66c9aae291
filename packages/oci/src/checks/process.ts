import { CAPABILITY_NAMES } from "../capability-names.ts";
import { eachRepeated, type Report } from "../internal/report.ts";
import { describe } from "../problem.ts";
import type { CapabilitySets, Process } from "../process.ts";
import { checkEnv } from "./environment.ts";
import { isNumberList } from "./list-format.ts";
import { checkScheduler } from "./scheduler.ts";

/** Where the kernel has 16 bits: struct winsize. */
const MAX_WINDOW = 0xffff;

/** `at` is what the paths begin with. */
export function checkProcess(
  process: Process,
  report: Report,
  at: string,
): void {
  const { cwd, args = [], env, user, oomScoreAdj = 0 } = process;
  if (!cwd.startsWith("/"))
    report.error(
      `${at}cwd`,
      `expected an absolute path, found ${describe(cwd)}`,
    );
  if ((args[0] ?? "") === "")
    report.error(`${at}args`, "expected a program to run, found none");
  checkEnv(env, report, `${at}env`);
  if ((user?.umask ?? 0) > 0o777)
    report.error(
      `${at}user.umask`,
      `expected 511, 0777, at most, found ${user?.umask ?? 0}`,
      "JSON has no octal numbers: 022 is 18",
    );
  if (Math.abs(oomScoreAdj) > 1000)
    report.error(
      `${at}oomScoreAdj`,
      `expected -1000 to 1000, found ${oomScoreAdj}`,
    );
  checkConsole(process, report, at);
  checkRlimits(process, report, at);
  checkCapabilities(process.capabilities ?? {}, report, `${at}capabilities`);
  checkScheduler(process.scheduler, report, `${at}scheduler`);
  checkIoPriority(process, report, at);
  for (const [name, cpus] of Object.entries(process.execCPUAffinity ?? {}))
    if (typeof cpus === "string" && cpus !== "" && !isNumberList(cpus))
      report.error(
        `${at}execCPUAffinity.${name}`,
        `expected CPUs as "0-3,7", found ${describe(cpus)}`,
      );
}

function checkConsole(
  { terminal = false, consoleSize }: Process,
  report: Report,
  at: string,
): void {
  if (!terminal || consoleSize === undefined) return;
  for (const side of ["height", "width"] as const)
    if (consoleSize[side] > MAX_WINDOW)
      report.error(
        `${at}consoleSize.${side}`,
        `expected ${MAX_WINDOW} at most, found ${consoleSize[side]}`,
      );
}

function checkRlimits(
  { rlimits = [] }: Process,
  report: Report,
  at: string,
): void {
  eachRepeated(
    rlimits.map(({ type }) => type),
    (type, i, first) => {
      report.error(
        `${at}rlimits[${i}].type`,
        `expected each limit once, found "${type}" again after ${at}rlimits[${first}]`,
      );
    },
  );
  for (const [i, { soft, hard }] of rlimits.entries())
    if (soft > hard)
      report.error(
        `${at}rlimits[${i}].soft`,
        `expected the hard limit, ${hard}, at most, found ${soft}`,
      );
}

/** Names that are not known are no errors: the specification has them logged and left out. */
function checkCapabilities(
  sets: CapabilitySets,
  report: Report,
  at: string,
): void {
  const known = new Set<string>(CAPABILITY_NAMES);
  const { bounding, effective, inheritable, permitted, ambient } = sets;
  const lists = { bounding, effective, inheritable, permitted, ambient };
  for (const [set, names = []] of Object.entries(lists))
    for (const [i, name] of names.entries()) {
      const path = `${at}.${set}[${i}]`;
      if (!known.has(name))
        report.warn(
          path,
          `expected the name of a capability, found ${describe(name)}`,
          known.has(`CAP_${name.toUpperCase()}`)
            ? `did you mean "CAP_${name.toUpperCase()}"?`
            : "it is left out",
        );
      else if (set === "effective" && !(permitted ?? []).includes(name))
        report.error(
          path,
          `expected a capability that is permitted too, found "${name}"`,
        );
    }
}

function checkIoPriority(
  { ioPriority }: Process,
  report: Report,
  at: string,
): void {
  const { priority = 0 } = ioPriority ?? {};
  if (priority < 0 || priority > 7)
    report.error(
      `${at}ioPriority.priority`,
      `expected 0 to 7, found ${priority}`,
    );
}
