import { currentArch, errnoName } from "@ns/syscalls";
import { actionValue } from "./action.ts";
import {
  type ArchitectureName,
  Architectures,
  NATIVE,
} from "./architecture.ts";
import { checkProgram } from "./check-program.ts";
import { SeccompError } from "./error.ts";
import { encodeInstructions } from "./instruction.ts";
import { FilterContext } from "./internal/filter-context.ts";
import { ownRules } from "./internal/conditional-rules.ts";
import { hasDirectNumbers, isMultiplexed } from "./internal/multiplexed.ts";
import { prelude } from "./internal/prelude.ts";
import { type Rule, rulesOf } from "./internal/rule.ts";
import { libseccomp, libseccompVersion, resolveName } from "./libseccomp.ts";
import type { SeccompProfile } from "./profile.ts";

/** A program with what became of the profile it was made from. */
export interface BuiltFilter {
  readonly program: Uint8Array;
  /** Names that this libseccomp does not know, sorted: there are no rules for them. */
  readonly unknownSyscalls: readonly string[];
}

/** As many rules as this are looked up one after the other; libseccomp before 2.5.5 fails on a tree of none. */
const TREE_FROM = 32;

/**
 * Makes the program of a resolved profile, with the system's libseccomp.
 * @throws {SeccompError} `ERR_SECCOMP_LIBRARY`, `ERR_SECCOMP_UNSUPPORTED`; `ERR_SECCOMP_PROFILE` for rules that
 *   contradict each other; `ERR_SECCOMP_PROGRAM` for more of them than a filter holds.
 */
export function buildFilter(profile: SeccompProfile): BuiltFilter {
  const architectures = architecturesOf(profile);
  const rules = rulesOf(profile);
  checkContradictions(rules);
  const own = ownRules(rules);
  const ownRulesOf = new Map(own.map(({ name, rules }) => [name, rules]));
  const areDirect = architectures.every(hasDirectNumbers);
  const unknown = new Set<string>();
  using context = open(profile);
  for (const name of architectures) addArchitecture(context, name);
  if (rules.length > TREE_FROM) context.optimize(2);
  for (const rule of rules) {
    const nr = resolveName(rule.name, NATIVE[currentArch()]);
    if (nr === undefined) unknown.add(rule.name);
    else if (!ownRulesOf.has(rule.name)) addRule(context, rule, nr);
    else if (isMultiplexed(rule.name)) {
      const one = forSocketcall(ownRulesOf.get(rule.name) ?? []);
      if (rule === one || !areDirect) addRule(context, rule, nr, [EEXIST]);
    }
  }
  const exported = context.export();
  if (typeof exported === "number")
    throw unsupported("cannot make a filter of the rules", exported);
  const before = prelude(profile, {
    architectures,
    own,
    resolve: resolveName,
  });
  const program = Buffer.concat([encodeInstructions(before), exported]);
  checkProgram(program);
  return { program, unknownSyscalls: [...unknown].sort() };
}

function architecturesOf(profile: SeccompProfile): readonly ArchitectureName[] {
  const native = NATIVE[currentArch()];
  return [...new Set([native, ...(profile.architectures ?? [])])];
}

function open({
  defaultAction,
  defaultErrnoRet,
}: SeccompProfile): FilterContext {
  try {
    return new FilterContext(
      libseccomp(),
      actionValue(defaultAction, defaultErrnoRet),
    );
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw unsupported(
      `cannot have '${defaultAction}' as default action`,
      undefined,
      "defaultAction",
    );
  }
}

const EEXIST = -17;

function addArchitecture(context: FilterContext, name: ArchitectureName): void {
  const result = context.addArchitecture(Architectures[name].token);
  // the machine's own is there from the beginning
  if (result < 0 && result !== EEXIST)
    throw unsupported(
      `cannot add architecture '${name}'`,
      result,
      "architectures",
    );
}

/** Rules for the same arguments with different actions: libseccomp sees it of those that it gets. */
function checkContradictions(rules: readonly Rule[]): void {
  const actions = new Map<string, number>();
  for (const rule of rules) {
    if (rule.comparisons.length === 0) continue;
    const what = rule.comparisons.map(({ index, op, a, b }) =>
      [index, op, a, b].join(),
    );
    const key = `${rule.name} ${what.sort().join(" ")}`;
    if ((actions.get(key) ?? rule.action) !== rule.action)
      throw contradiction(rule);
    actions.set(key, rule.action);
  }
}

function contradiction({ path, name }: Rule): SeccompError {
  return new SeccompError(
    "ERR_SECCOMP_PROFILE",
    `invalid seccomp profile: ${path} '${name}': an earlier rule has another action for the same arguments`,
    { path },
  );
}

/** One rule says to libseccomp that socketcall(2) is to be asked about too; several can be too much for it. */
function forSocketcall(rules: readonly Rule[]): Rule | undefined {
  return rules.find(({ comparisons }) => comparisons.length === 1) ?? rules[0];
}

/**
 * Within socketcall(2) conditions are lost, so that there rules can contradict each other that do not by themselves:
 * the first one stays, and `ignored` is that error.
 */
function addRule(
  context: FilterContext,
  rule: Rule,
  nr: number,
  ignored: readonly number[] = [],
): void {
  const result = context.addRule(rule.action, nr, rule.comparisons);
  if (ignored.includes(result)) return;
  if (result === EEXIST) throw contradiction(rule);
  if (result < 0)
    throw unsupported(
      `cannot add the rule for '${rule.name}'`,
      result,
      rule.path,
    );
}

function unsupported(
  what: string,
  errno?: number,
  path?: string,
): SeccompError {
  const reason = errno === undefined ? "" : `: ${errnoName(-errno)}`;
  return new SeccompError(
    "ERR_SECCOMP_UNSUPPORTED",
    `${what}, libseccomp ${libseccompVersion()}${reason}`,
    {
      ...(path !== undefined && { path }),
      hint: "a newer libseccomp or kernel may know it; architectures of the other byte order cannot be together",
    },
  );
}
