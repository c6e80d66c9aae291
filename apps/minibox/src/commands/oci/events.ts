import { print } from "../../print.ts";
import { eventData } from "../../oci/event-data.ts";
import { idOf, parseFlags, usage } from "./flags.ts";
import type { OciCommand } from "./main.ts";
import { existingCgroup } from "./processes.ts";

/** `minibox events`. */
export const events: OciCommand = async (runtime, args) => {
  const flags = parseFlags(args, { interval: "value", stats: "switch" });
  const [id] = idOf(flags, "events");
  const interval = durationMs(flags.value("interval") ?? "5s");
  const cgroup = await existingCgroup(runtime, id);
  const tell = (type: string, data?: unknown): void => {
    print(
      `${JSON.stringify({ type, id, ...(data !== undefined && { data }) })}\n`,
    );
  };
  const stats = () => {
    tell("stats", eventData(cgroup.stats()));
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
};

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
