import { Operators } from "../profile.ts";
import type { Line } from "./assemble.ts";
import type { Comparison } from "./filter-context.ts";
import type { Rule } from "./rule.ts";

/** The rules of one syscall for whose conditions the instructions are made here. */
export interface OwnRules {
  readonly name: string;
  readonly rules: readonly Rule[];
}

/**
 * Finds the syscalls that libseccomp is not to be trusted with: those of several rules with conditions, unless each
 * rule asks whether one argument equals one value. Of others, libseccomp 2.5.4 makes wrong filters (it compares a word
 * that it has not loaded, so that `a < 1 or a <= 2^32` is false for 1), or does not come to an end. If a rule has no
 * condition, libseccomp puts the others away itself.
 */
export function ownRules(rules: readonly Rule[]): readonly OwnRules[] {
  const byName = Map.groupBy(rules, ({ name }) => name);
  return [...byName]
    .filter(([, all]) => all.length > 1 && !all.every(isOneEquality))
    .filter(([, all]) => all.every(({ comparisons }) => comparisons.length > 0))
    .map(([name, all]) => ({ name, rules: all }));
}

function isOneEquality({ comparisons }: Rule): boolean {
  return (
    comparisons.length === 1 && comparisons[0]?.op === Operators.SCMP_CMP_EQ
  );
}

/** How many bits of an argument an architecture has. */
export type Bits = 32 | 64;

/** The instructions of one syscall: the first rule whose conditions hold, else the default action. */
export function* conditionalRules(
  { rules }: OwnRules,
  bits: Bits,
  label: string,
  standard: number,
): Generator<Line> {
  for (const [i, { action, comparisons }] of rules.entries()) {
    const fails = `${label} not ${i}`;
    for (const [j, each] of comparisons.entries()) {
      const holds = `${label} ${i} ${j}`;
      const at = { fails, holds, argument: 16 + each.index * 8 };
      yield* bits === 32 ? lowWord(each, at) : bothWords(each, at);
      yield { label: holds };
    }
    yield { op: "RET_K", k: action };
    yield { label: fails };
  }
  yield { op: "RET_K", k: standard };
}

interface Place {
  readonly fails: string;
  readonly holds: string;
  /** The offset of the argument in struct seccomp_data, whose lower word comes first. */
  readonly argument: number;
}

/** The upper word decides unless it is equal. Each word is loaded right before it is compared. */
function* bothWords(
  { op, a, b }: Comparison,
  { fails, holds, argument }: Place,
): Generator<Line> {
  const [high, low] = words(a);
  const isMasked = op === Operators.SCMP_CMP_MASKED_EQ;
  const equal = isMasked ? words(a & b)[0] : high;
  yield { op: "LD_ABS", k: argument + 4 };
  if (isMasked) yield { op: "AND_K", k: high };
  if (op === Operators.SCMP_CMP_GT || op === Operators.SCMP_CMP_GE)
    yield { op: "JGT_K", k: high, to: holds };
  if (op === Operators.SCMP_CMP_LT || op === Operators.SCMP_CMP_LE)
    yield { op: "JGT_K", k: high, to: fails };
  const whenDifferent = [
    Operators.SCMP_CMP_NE,
    Operators.SCMP_CMP_LT,
    Operators.SCMP_CMP_LE,
  ].some((each) => each === op);
  yield { op: "JEQ_K", k: equal, otherwise: whenDifferent ? holds : fails };
  yield* lowWord({ op, a: BigInt(low), b }, { fails, holds, argument });
}

function* lowWord(
  { op, a, b }: Pick<Comparison, "op" | "a" | "b">,
  { fails, holds, argument }: Place,
): Generator<Line> {
  const [, k] = words(a);
  const yes = { to: holds, otherwise: fails };
  const no = { to: fails, otherwise: holds };
  const jumps: Readonly<Record<number, readonly Line[]>> = {
    [Operators.SCMP_CMP_EQ]: [{ op: "JEQ_K", k, ...yes }],
    [Operators.SCMP_CMP_NE]: [{ op: "JEQ_K", k, ...no }],
    [Operators.SCMP_CMP_GT]: [{ op: "JGT_K", k, ...yes }],
    [Operators.SCMP_CMP_GE]: [{ op: "JGE_K", k, ...yes }],
    [Operators.SCMP_CMP_LT]: [{ op: "JGE_K", k, ...no }],
    [Operators.SCMP_CMP_LE]: [{ op: "JGT_K", k, ...no }],
    [Operators.SCMP_CMP_MASKED_EQ]: [
      { op: "AND_K", k },
      { op: "JEQ_K", k: words(a & b)[1], ...yes },
    ],
  };
  yield { op: "LD_ABS", k: argument };
  yield* jumps[op] ?? [];
}

function words(value: bigint): readonly [number, number] {
  return [Number(value >> 32n), Number(value & 0xffffffffn)];
}
