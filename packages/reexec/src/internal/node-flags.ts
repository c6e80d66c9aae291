import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

/** One option node was started with. */
export interface NodeFlag {
  /** Without value, in node's spelling: `--inspect_brk=0` has the name `--inspect-brk`. */
  readonly name: string;
  readonly value: string | undefined;
  /** As in process.execArgv: one word, or two where the value stands apart. */
  readonly words: readonly string[];
}

/** A word that does not begin with `-` is the value of the option before it; node enforces that. */
export function parseNodeFlags(execArgv: readonly string[]): NodeFlag[] {
  const flags: NodeFlag[] = [];
  for (let i = 0; i < execArgv.length; i++) {
    const word = execArgv[i] ?? "";
    const equals = word.startsWith("--") ? word.indexOf("=") : -1;
    const name = (equals < 0 ? word : word.slice(0, equals)).replaceAll(
      "_",
      "-",
    );
    const next = execArgv[i + 1];
    if (equals >= 0) {
      flags.push({ name, value: word.slice(equals + 1), words: [word] });
    } else if (next !== undefined && !next.startsWith("-")) {
      flags.push({ name, value: next, words: [word, next] });
      i++;
    } else {
      flags.push({ name, value: undefined, words: [word] });
    }
  }
  return flags;
}

/**
 * Begin the names of flags for one process at a time: the inspector's port is taken, watching, testing and benchmarks are
 * the parent's business, and what an env file sets is in the environment already.
 */
const ONCE = [
  "--inspect",
  "--debug-port",
  "--watch",
  "--test",
  "--bench",
  "--experimental-test-",
  "--env-file",
];

/** The words for a child: without the flags that make sense once only, module paths made absolute. */
export function flagsForChild(flags: readonly NodeFlag[]): string[] {
  return flags
    .filter(({ name }) => !ONCE.some((prefix) => name.startsWith(prefix)))
    .flatMap((flag) => absoluteModule(flag) ?? flag.words);
}

/** The child may have another working directory, where `--import ./hooks.js` names nothing. */
function absoluteModule({ name, value }: NodeFlag): string[] | undefined {
  if (value === undefined || !/^\.\.?\//.test(value)) return undefined;
  switch (name) {
    case "-r":
    case "--require":
      return ["--require", resolve(value)];
    case "--import":
    case "--loader":
    case "--experimental-loader":
      return [name, new URL(value, pathToFileURL(`${process.cwd()}/`)).href];
    default:
      return undefined;
  }
}
