import { MiniboxError } from "../../error.ts";
import { cgroupOf } from "../../oci/cgroup.ts";
import { processesOf } from "../../oci/processes.ts";
import type { Runtime } from "../../oci/runtime.ts";
import { statusOf } from "../../oci/status.ts";
import { print } from "../../print.ts";
import { idOf, type OciCommand } from "./command.ts";
import { type ParsedFlags, usage } from "./flags.ts";
import type { CgroupManager } from "@ns/cgroup";

/** The cgroup of a container that has one. */
export async function existingCgroup(
  { store }: Runtime,
  id: string,
): Promise<CgroupManager> {
  const record = store.read(id);
  const cgroup = await cgroupOf(record);
  if (statusOf(store, record) === "stopped")
    throw new MiniboxError("ERR_NOT_RUNNING", "container not running");
  if (cgroup?.exists() === true) return cgroup;
  throw new MiniboxError(
    "ERR_UNSUPPORTED",
    `the container '${id}' has no cgroup of its own`,
    { hint: "one has to be delegated to its user: minibox doctor" },
  );
}

/** `minibox ps`. */
export const ps: OciCommand = {
  words: "ID [ps options]",
  about: "print the processes of a container",
  flags: { "f|format": ["value", "table (the default) or json"] },
  count: [1, Infinity],
  passesOn: true,
  run: printProcesses,
};

async function printProcesses(
  runtime: Runtime,
  flags: ParsedFlags,
): Promise<number> {
  const [id, ...more] = idOf(flags);
  const { store } = runtime;
  const record = store.read(id);
  const isStopped = statusOf(store, record) === "stopped";
  const pids = isStopped ? [] : await processesOf(record);
  const format = flags.value("format") ?? "table";
  if (format === "json") {
    // as Go has an empty list
    print(`${JSON.stringify(isStopped ? null : pids)}\n`);
    return 0;
  }
  if (format !== "table") throw usage("invalid format option");
  print(table(pids, more.length === 0 ? ["-ef"] : more));
  return 0;
}

/** Of the lines of ps(1) those of these processes. */
function table(pids: readonly number[], options: readonly string[]): string {
  const { execFileSync } = process.getBuiltinModule("node:child_process");
  const output = execFileSync("ps", options, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [head = "", ...lines] = output.split("\n");
  const column = head.trim().split(/\s+/).indexOf("PID");
  if (column < 0) throw usage("couldn't find PID field in ps output");
  const wanted = new Set(pids.map(String));
  const ours = lines.filter((line) =>
    wanted.has(line.trim().split(/\s+/)[column] ?? ""),
  );
  return [head, ...ours].map((line) => `${line}\n`).join("");
}

/** `minibox pause`. */
export const pause: OciCommand = {
  words: "ID",
  about: "stop all processes of a container, which resume lets go on",
  flags: {},
  count: [1, 1],
  async run(runtime, flags) {
    const [id] = idOf(flags);
    const { store } = runtime;
    const status = statusOf(store, store.read(id));
    if (status !== "running" && status !== "created")
      throw new MiniboxError("ERR_WRONG_STATUS", "container not running");
    const cgroup = await existingCgroup(runtime, id);
    await cgroup.freeze();
    return 0;
  },
};

/** `minibox resume`. */
export const resume: OciCommand = {
  words: "ID",
  about: "let the processes of a paused container go on",
  flags: {},
  count: [1, 1],
  async run(runtime, flags) {
    const [id] = idOf(flags);
    const { store } = runtime;
    if (statusOf(store, store.read(id)) !== "paused")
      throw new MiniboxError("ERR_WRONG_STATUS", "container not paused");
    const cgroup = await existingCgroup(runtime, id);
    await cgroup.thaw();
    return 0;
  },
};
