import { Log } from "../../oci/log.ts";
import { print } from "../../print.ts";
import { checkCount, helpOf, type OciCommand } from "./command.ts";
import { type ParsedFlags, parseFlags, WrongUsage } from "./flags.ts";
import { logOf, parseGlobal, runtimeOf } from "./global.ts";

/** Loaded when they are asked for. */
const COMMANDS: Readonly<Record<string, () => Promise<OciCommand>>> = {
  create: async () => (await import("./create.ts")).create,
  start: async () => (await import("./start.ts")).start,
  run: async () => (await import("./run.ts")).run,
  state: async () => (await import("./state.ts")).state,
  list: async () => (await import("./state.ts")).list,
  kill: async () => (await import("./kill.ts")).kill,
  delete: async () => (await import("./delete.ts")).remove,
  exec: async () => (await import("./exec.ts")).exec,
  spec: async () => (await import("./spec.ts")).spec,
  features: async () => (await import("./spec.ts")).features,
  ps: async () => (await import("./processes.ts")).ps,
  pause: async () => (await import("./processes.ts")).pause,
  resume: async () => (await import("./processes.ts")).resume,
  update: async () => (await import("./update.ts")).update,
  events: async () => (await import("./events.ts")).events,
  checkpoint: async () => (await import("./checkpoint.ts")).checkpoint,
  restore: async () => (await import("./checkpoint.ts")).restore,
};

/** Runs a command of the runtime as engines call it, after the options that all have; -1 if there is none. */
export async function main(args: readonly string[]): Promise<number> {
  let log = new Log({ format: "text", debug: false });
  let name = "";
  try {
    const global = parseGlobal(args);
    const [word = "", ...rest] = global.rest;
    if (global.has("version") || global.has("help") || word === "") return -1;
    log = logOf(global);
    name = word;
    const command = await commandNamed(name);
    if (command === undefined) {
      log.write("error", `No help topic for '${name}'`);
      return 3;
    }
    const flags = take(name, command, rest);
    if (flags === undefined) return 0;
    const runtime = runtimeOf(global, log);
    log.write("debug", `minibox ${args.join(" ")}`);
    return await command.run(runtime, flags);
  } catch (error) {
    const { report } = await import("./failure.ts");
    return report(log, name, error);
  }
}

/** A command by its name. */
export async function commandNamed(
  name: string,
): Promise<OciCommand | undefined> {
  return Object.hasOwn(COMMANDS, name) ? COMMANDS[name]?.() : undefined;
}

/** The flags of a command; undefined when its help was asked for, and printed. As runc's, it is printed too when they are wrong. */
function take(
  name: string,
  command: OciCommand,
  args: readonly string[],
): ParsedFlags | undefined {
  try {
    const flags = parseFlags(
      command.takesAnything === true ? ["--", ...args] : args,
      { ...command.flags, "h|help": ["switch", ""] },
      { endAtWord: command.passesOn === true },
    );
    if (!flags.has("help")) {
      checkCount(name, command, flags);
      return flags;
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    print(`Incorrect Usage: ${message}\n\n${helpOf(name, command)}\n`);
    throw new WrongUsage(message);
  }
  print(helpOf(name, command));
  return undefined;
}
