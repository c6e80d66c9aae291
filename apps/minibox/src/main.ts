import * as help from "./commands/help.ts";
import * as run from "./commands/run.ts";
import * as start from "./commands/start.ts";
import * as version from "./commands/version.ts";
import { isForOci } from "./oci-words.ts";
import { reportError } from "./report.ts";

interface Command {
  main(args: string[]): Promise<number> | number;
}

/** Commands by name; what is seldom asked for is loaded when it is. */
const COMMANDS: Readonly<Record<string, Command | (() => Promise<Command>)>> = {
  run,
  help,
  start,
  version,
  doctor: () => import("./commands/doctor.ts"),
};

const ALIASES: Readonly<Record<string, string>> = {
  "--help": "help",
  "-h": "help",
  "--version": "version",
  "-v": "version",
};

/** Exit status of what is our fault or the caller's, not the command's: as docker's. */
const EXIT_OURS = 125;

async function main(args: string[]): Promise<number> {
  if (isForOci(args)) {
    const { main: oci } = await import("./commands/oci/main.ts");
    const status = await oci(args);
    if (status >= 0) return status;
    return mainOf(
      args.some((arg) => /^--?v(ersion)?$/.test(arg)) ? ["version"] : ["help"],
    );
  }
  return mainOf(args);
}

async function mainOf([word, ...args]: string[]): Promise<number> {
  const name =
    word === undefined
      ? process.env["MINIBOX_START"] === "1"
        ? "start"
        : "help"
      : (ALIASES[word] ?? word);
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) {
    process.stderr.write(
      `minibox: unknown command '${name}'\nhint: minibox help lists the commands; minibox run -- ${name} runs it in a container\n`,
    );
    return EXIT_OURS;
  }
  try {
    const loaded = typeof command === "function" ? await command() : command;
    return await loaded.main(args);
  } catch (error) {
    return reportError(error);
  }
}

void main(process.argv.slice(2)).then((status) => {
  // What was written has arrived: on Linux, Node writes to files, pipes and terminals synchronously. Taking the heap apart
  // would take 3 ms more.
  // eslint-disable-next-line n/no-process-exit -- nothing is left to be done, as said above
  process.exit(status);
});
