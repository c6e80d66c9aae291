import { MiniboxError } from "../../error.ts";
import { cgroupOf } from "../../oci/cgroup.ts";
import type { Runtime } from "../../oci/runtime.ts";
import { statusOf } from "../../oci/status.ts";
import { print } from "../../print.ts";
import { idOf, parseFlags, usage } from "./flags.ts";
import type { OciCommand } from "./main.ts";
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
  );
}

/** `minibox ps`. */
export const ps: OciCommand = async (runtime, args) => {
  const flags = parseFlags(args, { "f|format": "value" });
  const [id, ...more] = idOf(flags, "ps", 100);
  const pids = (await existingCgroup(runtime, id)).processes();
  const format = flags.value("format") ?? "table";
  if (format === "json") {
    print(`${JSON.stringify(pids)}\n`);
    return 0;
  }
  if (format !== "table") throw usage("invalid format option");
  print(table(pids, more.length === 0 ? ["-ef"] : more));
  return 0;
};

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
export const pause: OciCommand = async (runtime, args) => {
  const [id] = idOf(parseFlags(args, {}), "pause");
  const { store } = runtime;
  const cgroup = await existingCgroup(runtime, id);
  const status = statusOf(store, store.read(id));
  if (status !== "running" && status !== "created")
    throw new MiniboxError(
      "ERR_WRONG_STATUS",
      `container not running or created: ${status}`,
    );
  await cgroup.freeze();
  return 0;
};

/** `minibox resume`. */
export const resume: OciCommand = async (runtime, args) => {
  const [id] = idOf(parseFlags(args, {}), "resume");
  const { store } = runtime;
  const cgroup = await existingCgroup(runtime, id);
  if (statusOf(store, store.read(id)) !== "paused")
    throw new MiniboxError("ERR_WRONG_STATUS", "container not paused");
  await cgroup.thaw();
  return 0;
};
