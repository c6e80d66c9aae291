import type { Runtime } from "../../oci/runtime.ts";
import { type FlagTable, type ParsedFlags, usage } from "./flags.ts";

/** A command of the runtime. */
export interface OciCommand {
  /** Its words, for the help. */
  readonly words: string;
  readonly about: string;
  readonly flags: FlagTable;
  /** How many words it takes, at least and at most. */
  readonly count: readonly [least: number, most: number];
  /** Whether the words after the first are another command's, with its flags. */
  readonly passesOn?: boolean;
  /** Whether its flags are not looked at. */
  readonly takesAnything?: boolean;
  /** Performs it, and gives the exit status. */
  run(runtime: Runtime, flags: ParsedFlags): Promise<number> | number;
}

/**
 * Checks the number of words.
 * @throws {MiniboxError} `ERR_USAGE`
 */
export function checkCount(
  name: string,
  { count: [least, most] }: OciCommand,
  { rest }: ParsedFlags,
): void {
  if (rest.length >= least && rest.length <= most) return;
  const [what, number] =
    least === most
      ? ["exactly", least]
      : rest.length < least
        ? ["a minimum of", least]
        : ["a maximum of", most];
  throw usage(`minibox: "${name}" requires ${what} ${number} argument(s)`);
}

/** The id, which is the first word, and the words after it. */
export function idOf({ rest }: ParsedFlags): [id: string, ...more: string[]] {
  const [id = "", ...more] = rest;
  return [id, ...more];
}

/** What `--help` prints. */
export function helpOf(
  name: string,
  { words, about, flags }: OciCommand,
): string {
  return [
    `NAME:\n   minibox ${name} - ${about}\n`,
    `USAGE:\n   minibox ${name} [command options] ${words}\n`,
    `OPTIONS:\n${listFlags({ ...flags, "h|help": ["switch", "show help"] })}`,
  ].join("\n");
}

/** One line for each flag. */
export function listFlags(table: FlagTable): string {
  const rows = Object.entries(table).map(([key, [kind, about]]) => {
    const names = key.split("|").reverse();
    const takes = kind === "switch" ? "" : " value";
    const shown = names.map(
      (name) => `${name.length === 1 ? "-" : "--"}${name}${takes}`,
    );
    return [shown.join(", "), about] as const;
  });
  const width = Math.max(...rows.map(([shown]) => shown.length));
  return rows
    .map(([shown, about]) => `   ${shown.padEnd(width)}  ${about}\n`)
    .join("");
}
