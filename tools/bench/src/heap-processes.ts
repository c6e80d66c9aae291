import type { Heap, HeapName } from "./heap.ts";
import { HeapProcess } from "./heap-process.ts";
import type { FilledHeap } from "./protocol.ts";

/** Processes with heaps of different sizes, side by side. */
export class HeapProcesses implements Disposable {
  readonly filled: Readonly<Partial<Record<HeapName, FilledHeap>>>;
  readonly #processes: ReadonlyMap<HeapName, HeapProcess>;

  private constructor(processes: ReadonlyMap<HeapName, HeapProcess>) {
    this.#processes = processes;
    this.filled = Object.fromEntries(
      [...processes].map(([name, { filled }]) => [name, filled]),
    );
  }

  /** Starts them all and waits until their heaps are full. */
  static async start(heaps: readonly Heap[]): Promise<HeapProcesses> {
    const started = heaps.map(
      async (heap) => [heap.name, await HeapProcess.start(heap)] as const,
    );
    return new HeapProcesses(new Map(await Promise.all(started)));
  }

  /** @throws {RangeError} for a heap that was not started. */
  of(name: HeapName): HeapProcess {
    const found = this.#processes.get(name);
    if (found === undefined)
      throw new RangeError(`no process with the heap '${name}' was started`);
    return found;
  }

  [Symbol.dispose](): void {
    for (const one of this.#processes.values()) one[Symbol.dispose]();
  }
}
