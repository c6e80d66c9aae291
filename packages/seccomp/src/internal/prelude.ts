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
import {
  type Bits,
  conditionalRules,
  type OwnRules,
} from "./conditional-rules.ts";

/** The number of a syscall on an architecture; negative or undefined if there is none. */
export type Resolve = (
  name: string,
  architecture: ArchitectureName,
) => number | undefined;

/** What the part before libseccomp's needs to know. */
export interface PreludeOptions {
  readonly architectures: readonly ArchitectureName[];
  readonly own: readonly OwnRules[];
  readonly resolve: Resolve;
}

/**
 * What goes before the filter that libseccomp makes: the rules that are not left to it, and an answer to syscalls newer
 * than the profile, as an old kernel would give it: `ENOSYS`, upon which a C library tries the older way, and not the
 * profile's `EPERM`, upon which it gives up. Newer are those above the highest number that the profile has a name for;
 * runc draws the same line. Actions that let syscalls pass, or that leave the decision to a tracer, stay as they are.
 *
 * clone3(2), which hides its flags behind a pointer, is one too if the profile, however new, does not name it and
 * answers with an error: for the clone(2) that follows, the profile has rules.
 */
export function prelude(
  profile: SeccompProfile,
  { architectures, own, resolve }: PreludeOptions,
): readonly Instruction[] {
  const names = (profile.syscalls ?? []).flatMap((rule) => rule.names);
  const says = answers(profile);
  const hidesClone3 = says.clone3 && !names.includes("clone3");
  const sections = architectures.map((name) => ({
    name,
    last: says.newer ? largest(names, name, resolve) : -1,
    clone3: hidesClone3 ? resolve("clone3", name) : undefined,
    own: own.flatMap((each) => {
      const nr = resolve(each.name, name) ?? -1;
      return nr < 0 ? [] : [{ nr, label: labelOf(each, bitsOf(name)) }];
    }),
  }));
  const useful = sections.filter(
    (each) => each.last > 0 || each.own.length > 0,
  );
  if (useful.length === 0) return [];
  return assemble([...program(useful, own, standardOf(profile))]);
}

const NOSYS = actionValue("SCMP_ACT_ERRNO", errnoNumber("ENOSYS"));

function standardOf(profile: SeccompProfile): number {
  return actionValue(profile.defaultAction, profile.defaultErrnoRet);
}

/** To what the profile's answer is better replaced by ENOSYS. */
function answers(profile: SeccompProfile): {
  readonly newer: boolean;
  readonly clone3: boolean;
} {
  const { defaultAction } = profile;
  const passes = ["SCMP_ACT_ALLOW", "SCMP_ACT_LOG", "SCMP_ACT_TRACE"];
  const newer =
    !passes.includes(defaultAction) && standardOf(profile) !== NOSYS;
  return { newer, clone3: newer && defaultAction === "SCMP_ACT_ERRNO" };
}

/** As libseccomp has it: of x32's arguments only the lower words count. */
function bitsOf(name: ArchitectureName): Bits {
  const wide = ["X86_64", "AARCH64", "RISCV64", "LOONGARCH64", "S390X"];
  const others = ["MIPS64", "MIPSEL64", "PPC64", "PPC64LE", "PARISC64"];
  const suffix = name.slice("SCMP_ARCH_".length);
  return wide.includes(suffix) || others.includes(suffix) ? 64 : 32;
}

function labelOf({ name }: OwnRules, bits: Bits): string {
  return `${name} ${bits}`;
}

interface Section {
  readonly name: ArchitectureName;
  /** -1 if newer ones are nothing special. */
  readonly last: number;
  readonly clone3: number | undefined;
  readonly own: readonly { readonly nr: number; readonly label: string }[];
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

function* program(
  sections: readonly Section[],
  own: readonly OwnRules[],
  standard: number,
): Generator<Line> {
  const isX32 = (each: Section): boolean => each.name === "SCMP_ARCH_X32";
  const audits = new Set(sections.map(({ name }) => Architectures[name].audit));
  yield { op: "LD_ABS", k: 4 };
  for (const audit of audits)
    yield* farJump("JEQ_K", audit, `architecture ${audit}`);
  yield { op: "JA", to: "filter" };
  for (const audit of audits) {
    const here = sections.filter(
      ({ name }) => Architectures[name].audit === audit,
    );
    yield { label: `architecture ${audit}` };
    yield { op: "LD_ABS", k: 0 };
    if (audit === Architectures.SCMP_ARCH_X86_64.audit)
      yield* farJump("JSET_K", X32_SYSCALL_BIT, "x32");
    yield* section(here.find((each) => !isX32(each)));
    if (audit !== Architectures.SCMP_ARCH_X86_64.audit) continue;
    yield { label: "x32" };
    yield* section(here.find(isX32));
  }
  for (const bits of [32, 64] as const) {
    for (const each of own) {
      const label = labelOf(each, bits);
      if (!sections.some((one) => one.own.some((o) => o.label === label)))
        continue;
      yield { label };
      yield* conditionalRules(each, bits, label, standard);
    }
  }
  yield { label: "filter" };
}

function* section(each: Section | undefined): Generator<Line> {
  if (each !== undefined) {
    for (const { nr, label } of each.own) yield* farJump("JEQ_K", nr, label);
    // on s390 unknown syscalls arrive as number 0, the way to larger ones
    if (each.last >= 0 && each.name.includes("S390"))
      yield* when("JEQ_K", 0, NOSYS);
    if (each.clone3 !== undefined) yield* when("JEQ_K", each.clone3, NOSYS);
    if (each.last >= 0) yield* when("JGT_K", each.last, NOSYS);
  }
  yield { op: "JA", to: "filter" };
}

/** A conditional jump reaches 255 instructions, an unconditional one all. */
function* farJump(
  op: "JEQ_K" | "JSET_K",
  k: number,
  to: string,
): Generator<Line> {
  const past = { label: `not ${to} ${unique++}` };
  yield { op, k, otherwise: past.label };
  yield { op: "JA", to };
  yield past;
}

function* when(
  op: "JEQ_K" | "JGT_K",
  k: number,
  result: number,
): Generator<Line> {
  const past = { label: `not ${op} ${k} ${unique++}` };
  yield { op, k, otherwise: past.label };
  yield { op: "RET_K", k: result };
  yield past;
}

/** Tells labels apart. */
let unique = 0;
