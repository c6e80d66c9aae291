import { MiniboxError } from "../../error.ts";

/** What a flag takes: nothing, a value, or values, each time it is given. */
export type FlagKind = "switch" | "value" | "list";

/** The flags of a command by their long names; `a|all` has a short one, too. */
export type FlagTable = Readonly<Record<string, FlagKind>>;

/** A command line taken apart. */
export interface ParsedFlags {
  has(name: string): boolean;
  /** The last that was given. */
  value(name: string): string | undefined;
  values(name: string): readonly string[];
  /** What comes after the flags. */
  readonly rest: readonly string[];
}

/**
 * Takes flags as runc does: `--flag value`, `--flag=value`, with one dash or two; they end at the first word that is none,
 * or at `--`.
 * @throws {MiniboxError} `ERR_USAGE`
 */
export function parseFlags(
  args: readonly string[],
  table: FlagTable,
): ParsedFlags {
  const names = new Map<string, string>();
  const kinds = new Map<string, FlagKind>();
  for (const [key, kind] of Object.entries(table)) {
    const all = key.split("|");
    const name = all.at(-1) ?? key;
    for (const each of all) names.set(each, name);
    kinds.set(name, kind);
  }
  const given = new Map<string, string[]>();
  let at = 0;
  for (; at < args.length; at++) {
    const word = args[at] ?? "";
    if (word === "--") {
      at++;
      break;
    }
    const match = /^--?([A-Za-z][\w-]*)(?:=(.*))?$/s.exec(word);
    if (match === null) break;
    const [, written = "", inline] = match;
    const name = names.get(written);
    if (name === undefined)
      throw usage(`flag provided but not defined: -${written}`);
    const isSwitch = kinds.get(name) === "switch";
    const value = inline ?? (isSwitch ? "true" : args[++at]);
    if (value === undefined) throw usage(`flag needs an argument: -${written}`);
    given.set(name, [...(given.get(name) ?? []), value]);
  }
  return {
    has: (name) => given.get(name)?.at(-1) === "true",
    value: (name) => given.get(name)?.at(-1),
    values: (name) => given.get(name) ?? [],
    rest: args.slice(at),
  };
}

export function usage(message: string): MiniboxError {
  return new MiniboxError("ERR_USAGE", message, {
    hint: "minibox help lists the commands",
  });
}

/** The id, which a command takes alone or with more words after it. */
export function idOf(
  { rest }: ParsedFlags,
  command: string,
  most = 1,
): [id: string, ...more: string[]] {
  const [id, ...more] = rest;
  if (id === undefined) throw usage(`"${command}" requires a container ID`);
  if (more.length > most - 1)
    throw usage(`"${command}" requires at most ${most} argument(s)`);
  return [id, ...more];
}

/** A number that a flag has. */
export function numberOf(flags: ParsedFlags, name: string): number | undefined {
  const text = flags.value(name);
  if (text === undefined) return undefined;
  if (/^-?\d+$/.test(text)) return Number(text);
  throw usage(`invalid value "${text}" for flag -${name}: expected a number`);
}
