import { createContainer } from "../../oci/create.ts";
import { destroy } from "../../oci/delete.ts";
import { NotifySocket } from "../../oci/notify-socket.ts";
import { planContainer } from "../../oci/plan-container.ts";
import { prepare } from "../../oci/prepare.ts";
import { startContainer } from "../../oci/start.ts";
import { printPlan } from "../../print-plan.ts";
import { forwardToBundle, signalNumberOf } from "../../signals.ts";
import { attachTerminal, terminalSize } from "../../terminal.ts";
import { CREATE_FLAGS, createOptions } from "./create-flags.ts";
import type { OciCommand } from "./command.ts";
import type { Runtime } from "../../oci/runtime.ts";
import type { FlagTable, ParsedFlags } from "./flags.ts";

export const RUN_FLAGS = {
  ...CREATE_FLAGS,
  "d|detach": ["switch", "do not wait for its end"],
  keep: ["switch", "leave what there is of the container at its end"],
  "no-subreaper": ["switch", "for runc's sake: minibox never is one"],
} as const satisfies FlagTable;

/** `minibox run`, of a bundle. */
export const run: OciCommand = {
  words: "ID",
  about: "create and start a container of a bundle, and wait for its end",
  flags: RUN_FLAGS,
  count: [1, 1],
  run: runBundle,
};

async function runBundle(
  runtime: Runtime,
  flags: ParsedFlags,
): Promise<number> {
  const detached = flags.has("detach");
  const options = createOptions(flags, detached, runtime);
  if (flags.has("plan")) {
    printPlan(await planContainer(runtime, options));
    return 0;
  }
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
  using notify = NotifySocket.open(runtime.store.directory(record.id));
  const stop = detached ? undefined : forwardToBundle(child);
  const detach = showsTerminal ? attachTerminal(child) : undefined;
  try {
    await startContainer(runtime, record, config);
  } catch (error) {
    await destroy(runtime, record, config);
    throw error;
  }
  const told = notify?.forwardReady(record).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    runtime.log.write("warning", `cannot tell $NOTIFY_SOCKET: ${reason}`);
  });
  if (detached) {
    await told;
    child.unref();
    return 0;
  }
  try {
    const { code, signal } = await child.exited;
    return code ?? 128 + signalNumberOf(signal);
  } finally {
    await detach?.();
    stop?.();
    await told;
    if (!flags.has("keep")) await destroy(runtime, record, config);
  }
}
