import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import type { Heap } from "./heap.ts";
import type { Action, FilledHeap, Reply, Sample } from "./protocol.ts";

/** A Node process whose heap has a certain size, and which spawns from there. */
export class HeapProcess implements Disposable {
  readonly filled: FilledHeap;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, filled: FilledHeap) {
    this.#child = child;
    this.filled = filled;
  }

  /** Starts it and waits until its heap is full. */
  static async start({ title, bytes, of }: Heap): Promise<HeapProcess> {
    const megabytes = Math.ceil((bytes / 2 ** 20) * 2) + 512;
    const child = fork(
      join(import.meta.dirname, "worker.ts"),
      [String(bytes), of],
      {
        execArgv: [`--max-old-space-size=${megabytes}`],
      },
    );
    const reply = await nextReply(child, `the process with a heap of ${title}`);
    if (reply.kind !== "ready")
      throw new Error(`cannot fill a heap of ${title}: it said ${reply.kind}`);
    return new HeapProcess(child, reply.heap);
  }

  /** Has it do `action`. A string says why that failed. */
  async measure(action: Action): Promise<Sample | string> {
    this.#child.send(action);
    const reply = await nextReply(this.#child, "a process that measures");
    if (reply.kind === "sample") return reply.sample;
    return reply.kind === "failed" ? reply.reason : reply.kind;
  }

  [Symbol.dispose](): void {
    this.#child.disconnect();
  }
}

function nextReply(child: ChildProcess, what: string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const exited = (
      code: number | null,
      signal: NodeJS.Signals | null,
    ): void => {
      reject(new Error(`${what} ended with ${signal ?? `status ${code}`}`));
    };
    child.once("exit", exited);
    child.once("message", (message) => {
      child.off("exit", exited);
      // both ends of the channel are ours
      resolve(message as Reply);
    });
  });
}
