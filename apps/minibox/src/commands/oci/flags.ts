import { MiniboxError } from "../../error.ts";

/** What a flag takes: nothing, a value, or values, each time it is given. */
export type FlagKind = "switch" | "value" | "list";

/** The flags of a command by their names, `f|force` with a short one, and what they are for. */
export type FlagTable = Readonly<
  Record<string, readonly [kind: FlagKind, about: string]>
>;

/** A command line taken apart. */
export interface ParsedFlags {
  has(name: string): boolean;
  /** The last that was given. */
  value(name: string): string | undefined;
  values(name: string): readonly string[];
  /** What is no flag. */
  readonly rest: readonly string[];
}

/** What ends the flags of a command: its first word, which begins another command, or nothing but `--`. */
export interface FlagRules {
  readonly endAtWord: boolean;
}

/**
 * Takes flags as runc does: `--flag value`, `--flag=value`, with one dash or two, up to `--`. Those that are known may also
 * stand after words.
 * @throws {MiniboxError} `ERR_USAGE`
 */
export function parseFlags(
  args: readonly string[],
  table: FlagTable,
  { endAtWord }: FlagRules,
): ParsedFlags {
  const flags = byName(table);
  const given = new Map<string, string[]>();
  const rest: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? "";
    const match = /^--?([A-Za-z][\w-]*)(?:=(.*))?$/s.exec(word);
    const flag = flags.get(match?.[1] ?? "");
    const ends = word === "--" || (endAtWord && match === null);
    if (ends || (flag === undefined && rest.length > 0 && match !== null)) {
      rest.push(...args.slice(word === "--" ? at + 1 : at));
      break;
    }
    if (match === null) {
      rest.push(word);
      continue;
    }
    const [, written = "", inline] = match;
    if (flag === undefined)
      throw usage(`flag provided but not defined: -${written}`);
    const value = inline ?? (flag.kind === "switch" ? "true" : args[++at]);
    if (value === undefined) throw usage(`flag needs an argument: -${written}`);
    const checked = flag.kind === "switch" ? truthOf(value, written) : value;
    given.set(flag.name, [...(given.get(flag.name) ?? []), checked]);
  }
  return {
    has: (name) => given.get(name)?.at(-1) === "true",
    value: (name) => given.get(name)?.at(-1),
    values: (name) => given.get(name) ?? [],
    rest,
  };
}

function byName(
  table: FlagTable,
): Map<string, { readonly name: string; readonly kind: FlagKind }> {
  return new Map(
    Object.entries(table).flatMap(([key, [kind]]) => {
      const names = key.split("|");
      const name = names.at(-1) ?? key;
      return names.map((each) => [each, { name, kind }] as const);
    }),
  );
}

/** Go's words for true and false. */
function truthOf(text: string, name: string): "true" | "false" {
  if (/^(1|t|T|true|TRUE|True)$/.test(text)) return "true";
  if (/^(0|f|F|false|FALSE|False)$/.test(text)) return "false";
  throw usage(`invalid boolean value "${text}" for -${name}: parse error`);
}

export function usage(message: string, hint?: string): MiniboxError {
  return new MiniboxError(
    "ERR_USAGE",
    message,
    hint === undefined ? {} : { hint },
  );
}

/** A number that a flag has. */
export function numberOf(flags: ParsedFlags, name: string): number | undefined {
  const text = flags.value(name);
  if (text === undefined) return undefined;
  if (/^-?\d+$/.test(text)) return Number(text);
  throw usage(`invalid value "${text}" for flag -${name}: expected a number`);
}

/** Said of the words, before the command itself was begun. */
export class WrongUsage extends MiniboxError {
  constructor(message: string) {
    super("ERR_USAGE", message);
  }
}
