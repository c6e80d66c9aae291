import { isForOci } from "./oci-words.ts";

interface Command {
  main(args: string[]): Promise<number> | number;
}

/** Commands by name, each loaded when it is asked for. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  run: () => import("./commands/run.ts"),
  help: () => import("./commands/help.ts"),
  start: () => import("./commands/start.ts"),
  version: () => import("./commands/version.ts"),
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
    return await (await command()).main(args);
  } catch (error) {
    const { reportError } = await import("./report.ts");
    return reportError(error);
  }
}

void main(process.argv.slice(2)).then((status) => {
  // What was written has arrived: on Linux, Node writes to files, pipes and terminals synchronously. Taking the heap apart
  // would take 3 ms more.
  // eslint-disable-next-line n/no-process-exit -- nothing is left to be done, as said above
  process.exit(status);
});
