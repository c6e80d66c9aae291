/** A size of the JavaScript heap of the process that spawns. */
export interface Heap {
  readonly name: HeapName;
  readonly title: string;
  readonly bytes: number;
}

export type HeapName = "0" | "500MB" | "2GB";

export const heaps: readonly Heap[] = [
  { name: "0", title: "0 MB", bytes: 0 },
  { name: "500MB", title: "500 MB", bytes: 500e6 },
  { name: "2GB", title: "2 GB", bytes: 2e9 },
];

/** What a process with that heap takes of the machine's memory, with room for what V8 needs to build it. */
export function memoryNeeded({ bytes }: Heap): number {
  return 150e6 + bytes * 1.3;
}

const held: unknown[] = [];

/**
 * Fills the heap of this process with `bytes` of small objects and arrays of numbers, as programs have them, which
 * stay in use. Their kind matters: V8 keeps small objects in pages of 256 kB that lie scattered, with many times the
 * page tables of a few long arrays of that size, and it is these that fork(2) copies.
 */
export function fillHeap(bytes: number): void {
  const before = process.memoryUsage().heapUsed;
  while (process.memoryUsage().heapUsed - before < bytes)
    held.push(Array.from({ length: 20_000 }, (_, id) => record(id)));
}

function record(id: number): object {
  return { id, weight: id + 0.5, tags: [id, id + 1, id + 2], parent: null };
}
