import { isSea } from "node:sea";
import { pathToFileURL } from "node:url";
import { flagsForChild, parseNodeFlags, type NodeFlag } from "./node-flags.ts";

/** How to start this program again. */
export interface Program {
  /** node's flags and the entry script, which come before the init function's arguments. */
  readonly args: readonly string[];
  readonly isSea: boolean;
  /** Why it cannot be started again, if it cannot. */
  readonly missing?: string;
}

/** Flags that give node something else to run than a script. */
const INSTEAD_OF_SCRIPT = new Set([
  "-e",
  "--eval",
  "-p",
  "-pe",
  "--print",
  "-i",
  "--interactive",
  "--test",
  "--bench",
]);

/** Reads, early in main, what later code may change: process.argv, process.execArgv, the working directory. */
export function captureProgram(): Program {
  // the executable has script and flags inside, and repeats argv[0] in place of a script
  if (isSea()) return { args: [], isSea: true };

  const flags = parseNodeFlags(process.execArgv);
  const entry = process.argv[1];
  const instead = flags.find((flag) => INSTEAD_OF_SCRIPT.has(flag.name));
  if (instead !== undefined)
    return withoutEntry(`node was started with '${instead.name}'`);
  if (entry === undefined || entry === "-")
    return withoutEntry("node reads the program from stdin");
  return {
    args: [...flagsForChild(flags), entryForChild(entry, flags)],
    isSea: false,
  };
}

function withoutEntry(missing: string): Program {
  return { args: [], isSea: false, missing };
}

/** node has made a path absolute, symlinks kept; but not a URL, which is relative to the working directory. */
function entryForChild(entry: string, flags: readonly NodeFlag[]): string {
  const isUrl = flags.some(
    ({ name }) => name === "--entry-url" || name === "--experimental-entry-url",
  );
  return isUrl
    ? new URL(entry, pathToFileURL(`${process.cwd()}/`)).href
    : entry;
}
