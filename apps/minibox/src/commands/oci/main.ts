import { SyscallError } from "@ns/syscalls";
import { hintFor } from "../../hint.ts";
import type { Runtime } from "../../oci/runtime.ts";
import { parseGlobal } from "./global.ts";

/** A command of the runtime: its words, and the exit status. */
export type OciCommand = (
  runtime: Runtime,
  args: readonly string[],
) => Promise<number> | number;

/** Loaded when they are asked for. */
const COMMANDS: Readonly<Record<string, () => Promise<OciCommand>>> = {
  create: async () => (await import("./create.ts")).create,
  start: async () => (await import("./create.ts")).start,
  run: async () => (await import("./run.ts")).run,
  state: async () => (await import("./state.ts")).state,
  list: async () => (await import("./state.ts")).list,
  kill: async () => (await import("./kill.ts")).kill,
  delete: async () => (await import("./kill.ts")).remove,
  exec: async () => (await import("./exec.ts")).exec,
  spec: async () => (await import("./spec.ts")).spec,
  features: async () => (await import("./spec.ts")).features,
  ps: async () => (await import("./processes.ts")).ps,
  pause: async () => (await import("./processes.ts")).pause,
  resume: async () => (await import("./processes.ts")).resume,
  update: async () => (await import("./update.ts")).update,
  events: async () => (await import("./events.ts")).events,
};

export const OCI_COMMANDS: readonly string[] = Object.keys(COMMANDS);

/** Runs a command of the runtime as engines call it, after the options that all have. */
export async function main(args: readonly string[]): Promise<number> {
  const { runtime, flags } = parseGlobal(args);
  const [name = "", ...rest] = flags.rest;
  if (flags.has("version") || flags.has("help") || name === "") return -1;
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (load === undefined) {
    process.stderr.write(`minibox: unknown command '${name}'\n`);
    return 1;
  }
  try {
    const command = await load();
    return await command(runtime, rest);
  } catch (error) {
    report(runtime, name, error);
    return name === "exec" ? 255 : 1;
  }
}

/** What runc puts before an error of these commands. */
const PREFIXES: Readonly<Record<string, string>> = {
  create: "minibox create failed: ",
  run: "minibox run failed: ",
  exec: "exec failed: ",
};

/** Says on stderr, and in the log file, what went wrong. */
function report({ log }: Runtime, command: string, error: unknown): void {
  const text = error instanceof Error ? error.message : String(error);
  log.write("error", `${PREFIXES[command] ?? ""}${text}`);
  const own =
    error instanceof Error && "hint" in error && typeof error.hint === "string"
      ? error.hint
      : undefined;
  const hint =
    own ?? (error instanceof SyscallError ? hintFor(error) : undefined);
  process.stderr.write(
    `minibox: ${text}\n${hint === undefined ? "" : `hint: ${hint}\n`}`,
  );
  if (process.env["MINIBOX_DEBUG"] === "1") console.error(error);
}
