import { errnoNumber } from "@ns/syscalls";
import { actionValue } from "../action.ts";
import {
  type ArchitectureName,
  Architectures,
  X32_SYSCALL_BIT,
} from "../architecture.ts";
import type { Instruction } from "../instruction.ts";
import type { SeccompProfile } from "../profile.ts";
import { assemble, type Line } from "./assemble.ts";

/** The number of a syscall on an architecture; negative or undefined if there is none. */
export type Resolve = (
  name: string,
  architecture: ArchitectureName,
) => number | undefined;

/**
 * What goes before a filter so that syscalls newer than its profile are answered as an old kernel would: `ENOSYS`, upon
 * which a C library tries the older way, and not the profile's `EPERM`, upon which it gives up. Newer are those above
 * the highest number that the profile has a name for; runc draws the same line. Actions that let syscalls pass, or
 * that leave the decision to a tracer, stay as they are.
 *
 * clone3(2), which hides its flags behind a pointer, is one too if the profile, however new, does not name it and
 * answers with an error: for the clone(2) that follows, the profile has rules.
 */
export function newerSyscalls(
  profile: SeccompProfile,
  architectures: readonly ArchitectureName[],
  resolve: Resolve,
): readonly Instruction[] {
  const { defaultAction, defaultErrnoRet } = profile;
  const standard = actionValue(defaultAction, defaultErrnoRet);
  const nosys = actionValue("SCMP_ACT_ERRNO", errnoNumber("ENOSYS"));
  const passes = ["SCMP_ACT_ALLOW", "SCMP_ACT_LOG", "SCMP_ACT_TRACE"];
  if (passes.includes(defaultAction) || standard === nosys) return [];
  const names = (profile.syscalls ?? []).flatMap((rule) => rule.names);
  const hidesClone3 =
    defaultAction === "SCMP_ACT_ERRNO" && !names.includes("clone3");
  const limits = architectures.map((name) => ({
    name,
    last: largest(names, name, resolve),
    clone3: hidesClone3 ? resolve("clone3", name) : undefined,
  }));
  const known = limits.filter(({ last }) => last > 0);
  return known.length === 0 ? [] : assemble([...program(known, nosys)]);
}

interface Limit {
  readonly name: ArchitectureName;
  readonly last: number;
  readonly clone3: number | undefined;
}

function largest(
  names: readonly string[],
  architecture: ArchitectureName,
  resolve: Resolve,
): number {
  return names.reduce(
    (last, name) => Math.max(last, resolve(name, architecture) ?? -1),
    -1,
  );
}

function* program(limits: readonly Limit[], nosys: number): Generator<Line> {
  const isX32 = (limit: Limit): boolean => limit.name === "SCMP_ARCH_X32";
  const audits = new Set(limits.map(({ name }) => Architectures[name].audit));
  yield { op: "LD_ABS", k: 4 };
  for (const audit of audits)
    yield { op: "JEQ_K", k: audit, to: String(audit) };
  yield { op: "JA", to: "filter" };
  for (const audit of audits) {
    const here = limits.filter(
      ({ name }) => Architectures[name].audit === audit,
    );
    yield { label: String(audit) };
    yield { op: "LD_ABS", k: 0 };
    if (audit === Architectures.SCMP_ARCH_X86_64.audit)
      yield { op: "JSET_K", k: X32_SYSCALL_BIT, to: "x32" };
    yield* section(here.find((limit) => !isX32(limit)));
    if (audit !== Architectures.SCMP_ARCH_X86_64.audit) continue;
    yield { label: "x32" };
    yield* section(here.find(isX32));
  }
  yield { label: "nosys" };
  yield { op: "RET_K", k: nosys };
  yield { label: "filter" };
}

function* section(limit: Limit | undefined): Generator<Line> {
  if (limit !== undefined) {
    // on s390 unknown syscalls arrive as number 0, the way to larger ones
    if (limit.name.includes("S390")) yield { op: "JEQ_K", k: 0, to: "nosys" };
    if (limit.clone3 !== undefined)
      yield { op: "JEQ_K", k: limit.clone3, to: "nosys" };
    yield { op: "JGT_K", k: limit.last, to: "nosys" };
  }
  yield { op: "JA", to: "filter" };
}
