import { actionValue } from "../action.ts";
import {
  type ArgumentCondition,
  Operators,
  type SeccompProfile,
} from "../profile.ts";
import type { Comparison } from "./filter-context.ts";

/** One rule as libseccomp takes it: one syscall, one action, conditions that must all hold. */
export interface Rule {
  readonly name: string;
  readonly action: number;
  readonly comparisons: readonly Comparison[];
  /** Where in the profile it comes from. */
  readonly path: string;
}

/** The rules of a profile, without those that say what happens anyway, which libseccomp refuses. */
export function rulesOf(profile: SeccompProfile): readonly Rule[] {
  const standard = actionValue(profile.defaultAction, profile.defaultErrnoRet);
  const rules: Rule[] = [];
  for (const [i, each] of (profile.syscalls ?? []).entries()) {
    const action = actionValue(each.action, each.errnoRet);
    if (action === standard) continue;
    const alternatives = alternativesOf(each.args ?? []);
    const path = `syscalls[${i}]`;
    for (const name of each.names) {
      for (const comparisons of alternatives)
        rules.push({ name, action, comparisons, path });
    }
  }
  return rules;
}

/**
 * Conditions on different arguments must all hold. If two are about the same one, runc takes each by itself, and so
 * does everybody who writes profiles; libseccomp would refuse them together.
 */
function alternativesOf(
  conditions: readonly ArgumentCondition[],
): readonly (readonly Comparison[])[] {
  const comparisons = conditions.map(comparison);
  const indices = new Set(comparisons.map(({ index }) => index));
  return indices.size === comparisons.length
    ? [comparisons]
    : comparisons.map((each) => [each]);
}

function comparison(condition: ArgumentCondition): Comparison {
  const { index, op, value, valueTwo = 0 } = condition;
  return { index, op: Operators[op], a: BigInt(value), b: BigInt(valueTwo) };
}
