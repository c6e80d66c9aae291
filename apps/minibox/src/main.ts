import { reportError } from "./report.ts";

/** Commands, each loaded when it is asked for. */
const COMMANDS: Readonly<Record<string, () => Promise<{ main(args: string[]): Promise<number> | number }>>> = {
  run: () => import("./commands/run.ts"),
  doctor: () => import("./commands/doctor.ts"),
  help: () => import("./commands/help.ts"),
  start: () => import("./commands/start.ts"),
  version: () => import("./commands/version.ts"),
};

const ALIASES: Readonly<Record<string, string>> = { "--help": "help", "-h": "help", "--version": "version", "-v": "version" };

/** Exit status of what is our fault or the caller's, not the command's: as docker's. */
const EXIT_OURS = 125;

async function main([word, ...args]: string[]): Promise<number> {
  const name = word === undefined ? (process.env["MINIBOX_START"] === "1" ? "start" : "help") : (ALIASES[word] ?? word);
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (load === undefined) {
    process.stderr.write(`minibox: unknown command '${name}'\nhint: minibox help lists the commands; minibox run -- ${name} runs it in a container\n`);
    return EXIT_OURS;
  }
  try {
    return await (await load()).main(args);
  } catch (error) {
    return reportError(error);
  }
}

void main(process.argv.slice(2)).then((status) => {
  // What was written has arrived: on Linux, Node writes to files, pipes and terminals synchronously. Taking the heap apart
  // would take 3 ms more.
  process.exit(status);
});
