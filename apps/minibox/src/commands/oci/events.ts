import { statusOf } from "../../oci/status.ts";
import { print } from "../../print.ts";
import type { Runtime } from "../../oci/runtime.ts";
import { MiniboxError } from "../../error.ts";
import { eventData, formatEvent } from "../../oci/event-data.ts";
import { idOf, type OciCommand } from "./command.ts";
import { type ParsedFlags, usage } from "./flags.ts";
import { existingCgroup } from "./processes.ts";

/** `minibox events`. */
export const events: OciCommand = {
  words: "ID",
  about: "print what happens in a container's cgroup, and its statistics",
  flags: {
    interval: ["value", "time between statistics; default: 5s"],
    stats: ["switch", "print the statistics once"],
  },
  count: [1, 1],
  run: printEvents,
};

async function printEvents(
  runtime: Runtime,
  flags: ParsedFlags,
): Promise<number> {
  const [id] = idOf(flags);
  const interval = durationMs(flags.value("interval") ?? "5s");
  const { store } = runtime;
  if (statusOf(store, store.read(id)) === "stopped")
    throw new MiniboxError(
      "ERR_NOT_RUNNING",
      `container with id ${id} is not running`,
    );
  const cgroup = await existingCgroup(runtime, id);
  const tell = (type: string, data?: unknown): void => {
    print(formatEvent({ type, id, ...(data !== undefined && { data }) }));
  };
  const stats = () => {
    tell("stats", eventData(cgroup.stats(), cgroup.directories));
  };
  if (flags.has("stats")) {
    stats();
    return 0;
  }
  const timer = setInterval(stats, interval);
  try {
    for await (const event of cgroup.events()) {
      if (event.type === "oom_kill" || event.type === "oom") tell("oom");
      if (event.type === "populated" && !event.populated) break;
    }
  } finally {
    clearInterval(timer);
  }
  return 0;
}

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1e3,
  m: 6e4,
  h: 3.6e6,
};

/** Go's durations: `5s`, `1m30s`. */
function durationMs(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  const total = parts.reduce(
    (sum, [, number = "0", unit = "s"]) =>
      sum + Number(number) * (UNITS[unit] ?? 0),
    0,
  );
  if (parts.map(([all]) => all).join("") === text && total > 0) return total;
  throw usage("duration interval must be greater than 0");
}
