import { createContainer } from "../../oci/create.ts";
import { destroy } from "../../oci/delete.ts";
import { prepare } from "../../oci/prepare.ts";
import { startContainer } from "../../oci/start.ts";
import { forwardSignals, signalNumberOf } from "../../signals.ts";
import { attachTerminal, terminalSize } from "../../terminal.ts";
import { CREATE_FLAGS, createOptions } from "./create-flags.ts";
import { parseFlags } from "./flags.ts";
import type { OciCommand } from "./main.ts";

export const RUN_FLAGS = {
  ...CREATE_FLAGS,
  "d|detach": "switch",
  keep: "switch",
  "no-subreaper": "switch",
} as const;

/** `minibox run`, of a bundle. */
export const run: OciCommand = async (runtime, args) => {
  const flags = parseFlags(args, RUN_FLAGS);
  const detached = flags.has("detach");
  const options = createOptions(flags, "run", detached);
  const prepared = prepare(options.bundle, runtime);
  const { config } = prepared;
  const showsTerminal =
    !detached &&
    config.process?.terminal === true &&
    options.consoleSocket === undefined;
  const { record, child } = await createContainer(
    runtime,
    { ...options, ...(showsTerminal && { terminal: terminalSize() }) },
    prepared,
  );
  const stop = detached ? undefined : forwardSignals(child);
  const detach = showsTerminal ? attachTerminal(child) : undefined;
  try {
    await startContainer(runtime, record, config);
  } catch (error) {
    await destroy(runtime, record, config);
    throw error;
  }
  if (detached) {
    child.unref();
    return 0;
  }
  try {
    const { code, signal } = await child.exited;
    return code ?? 128 + signalNumberOf(signal);
  } finally {
    await detach?.();
    stop?.();
    if (!flags.has("keep")) await destroy(runtime, record, config);
  }
};
