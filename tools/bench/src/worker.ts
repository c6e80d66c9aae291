// A process with a heap of the size and contents given as its arguments, which does what it is told, once at a time, and says
// how long that took. It ends when whoever started it does.
import { readFileSync } from "node:fs";
import { fillHeap } from "./heap.ts";
import { measure } from "./measure.ts";
import type { Action, FilledHeap, Reply } from "./protocol.ts";

function tell(reply: Reply): void {
  process.send?.(reply);
}

async function perform(action: Action): Promise<Reply> {
  try {
    return { kind: "sample", sample: await measure(action) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { kind: "failed", reason };
  }
}

function filledHeap(): FilledHeap {
  const { heapUsed, rss } = process.memoryUsage();
  // proc_pid_status(5): kilobytes of 1024
  const status = readFileSync("/proc/self/status", "utf8");
  const pageTables = Number(/^VmPTE:\s+(\d+) kB$/m.exec(status)?.[1]);
  return {
    usedBytes: heapUsed,
    residentBytes: rss,
    pageTableBytes: pageTables * 1024,
  };
}

process.on("message", (message) => {
  // both ends of the channel are ours
  void perform(message as Action).then(tell);
});
const [, , bytes, of] = process.argv;
fillHeap(Number(bytes), of === "buffers" ? "buffers" : "objects");
tell({ kind: "ready", heap: filledHeap() });
