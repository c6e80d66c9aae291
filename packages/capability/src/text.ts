import { Capabilities, type CapabilitySets } from "@ns/syscalls";
import { CapabilityError } from "./error.ts";
import { ALL_BITS, allCapabilities, checkMask, numbersIn } from "./mask.ts";
import { capabilityName, capabilityNumber } from "./name.ts";

/** The sets by their letters, in the order they are written. */
const SETS = { e: "effective", i: "inheritable", p: "permitted" } as const;
type Letter = keyof typeof SETS;
const LETTERS: readonly Letter[] = ["e", "i", "p"];

/** What `all` means, and how many capabilities have names. */
export interface TextOptions {
  /** The last capability of the kernel in question. Default: the last that this package knows, 40. */
  readonly last?: number;
}

const LAST_KNOWN = Math.max(...Object.values(Capabilities));

/**
 * Parses the text form of effective, inheritable and permitted sets: `cap_chown,cap_kill=ep cap_net_raw+i`; see
 * cap_from_text(3). Clauses, separated by space, are applied one after the other; a list of names, none or `all`,
 * is followed by one or more of `=`, `+`, `-` with letters out of `eip`.
 * @throws {CapabilityError} `ERR_CAPABILITY_TEXT` for anything else.
 * @throws {RangeError} for a `last` that is no capability.
 */
export function parseCapabilities(
  text: string,
  { last = LAST_KNOWN }: TextOptions = {},
): CapabilitySets {
  const all = allCapabilities(last);
  const sets = { effective: 0n, inheritable: 0n, permitted: 0n };
  for (const clause of text.split(/[ \t\n\v\f\r]+/)) {
    if (clause === "") continue;
    const { mask, actions } = parseClause(clause, all);
    for (const [operator, flags] of actions) {
      for (const letter of LETTERS) {
        const set = SETS[letter];
        if (operator === "=") sets[set] &= ~mask;
        if (!flags.includes(letter)) continue;
        sets[set] = operator === "-" ? sets[set] & ~mask : sets[set] | mask;
      }
    }
  }
  return sets;
}

interface Clause {
  readonly mask: bigint;
  readonly actions: readonly (readonly [operator: string, flags: string])[];
}

/** `=` may stand first and alone, and without names; `+` and `-` need both names and letters. */
const CLAUSE =
  /^(?<names>\w+(?:,\w+)*)?(?<actions>(?:=[eip]*|[+-][eip]+)(?:[+-][eip]+)*)$/;

function parseClause(clause: string, all: bigint): Clause {
  const groups = CLAUSE.exec(clause)?.groups;
  if (groups === undefined) throw malformed(clause);
  const { names, actions = "" } = groups;
  if (names === undefined && /[+-]/.test(actions)) throw malformed(clause);
  return {
    mask: names === undefined ? all : maskOfNames(names, all, clause),
    actions: [...actions.matchAll(/([=+-])([eip]*)/g)].map(
      ([, operator = "", flags = ""]) => [operator, flags] as const,
    ),
  };
}

function maskOfNames(names: string, all: bigint, clause: string): bigint {
  let mask = 0n;
  for (const name of names.split(",")) {
    if (name.toLowerCase() === "all") mask |= all;
    else if (/^(cap_|0$|[1-9])/i.test(name))
      mask |= 1n << BigInt(capabilityNumberIn(clause, name));
    else throw malformed(clause);
  }
  return mask;
}

function capabilityNumberIn(clause: string, name: string): number {
  try {
    return capabilityNumber(name);
  } catch (cause) {
    throw malformed(clause, { cause });
  }
}

/**
 * Formats effective, inheritable and permitted sets as cap_to_text(3) does: first what most capabilities have in
 * common, then the others, `=ep cap_sys_resource-ep`; where most have nothing, those that do, `cap_chown=ep`.
 * @throws {RangeError} for a set of more than 64 bits or a `last` that is no capability.
 */
export function formatCapabilities(
  sets: CapabilitySets,
  { last = LAST_KNOWN }: TextOptions = {},
): string {
  for (const set of Object.values(SETS)) checkMask(set, sets[set]);
  const all = allCapabilities(last);
  const named = COMBINATIONS.map((flags) => having(flags, sets, all));
  const base = mostCommon(named);
  let text = `=${lettersOf(base)}`;
  for (const flags of DESCENDING) {
    const members = named[flags] ?? [];
    if (flags === base || members.length === 0) continue;
    const names = members.map((each) => capabilityName(each).toLowerCase());
    const operator = text === "=" ? "=" : "+";
    text = text === "=" ? "" : `${text} `;
    text += names.join(",");
    if ((flags & ~base) !== 0) text += operator + lettersOf(flags & ~base);
    if ((base & ~flags) !== 0) text += `-${lettersOf(base & ~flags)}`;
  }
  // "=" is about those with names only
  for (const flags of DESCENDING) {
    const members = having(flags, sets, ALL_BITS & ~all);
    if (flags === 0 || members.length === 0) continue;
    text += ` ${members.join(",")}+${lettersOf(flags)}`;
  }
  return text;
}

/** Which of the sets a capability is in, as bits; the order is that of libcap's text. */
const BIT: Readonly<Record<Letter, number>> = { e: 1, p: 2, i: 4 };
const COMBINATIONS = [0, 1, 2, 3, 4, 5, 6, 7];
const DESCENDING = COMBINATIONS.toReversed();

/** The capabilities among `some` that are in the sets of `flags` and in no other. */
function having(flags: number, sets: CapabilitySets, some: bigint): number[] {
  let mask = some;
  for (const letter of LETTERS) {
    const set = sets[SETS[letter]];
    mask &= (flags & BIT[letter]) === 0 ? ~set : set;
  }
  return numbersIn(mask);
}

/** The combination that most capabilities have; of equals, the one that says less. */
function mostCommon(groups: readonly (readonly number[])[]): number {
  const sizes = groups.map((members) => members.length);
  return sizes.indexOf(Math.max(...sizes));
}

function lettersOf(flags: number): string {
  return LETTERS.filter((letter) => (flags & BIT[letter]) !== 0).join("");
}

function malformed(clause: string, options?: ErrorOptions): CapabilityError {
  return new CapabilityError(
    "ERR_CAPABILITY_TEXT",
    `invalid clause '${clause}': expected capabilities and what to do with them, as 'cap_chown,cap_kill=ep'`,
    options,
  );
}
