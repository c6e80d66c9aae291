/** A size of the JavaScript heap of the process that spawns. */
export interface Heap {
  readonly name: HeapName;
  readonly title: string;
  readonly bytes: number;
  /** What it is full of. */
  readonly of: HeapContents;
}

export type HeapName = "0" | "500MB" | "2GB" | "2GB-buffers";

export type HeapContents = "objects" | "buffers";

export const heaps: readonly Heap[] = [
  { name: "0", title: "0 MB", bytes: 0, of: "objects" },
  { name: "500MB", title: "500 MB", bytes: 500e6, of: "objects" },
  { name: "2GB", title: "2 GB", bytes: 2e9, of: "objects" },
  { name: "2GB-buffers", title: "2 GB of Buffers", bytes: 2e9, of: "buffers" },
];

/** What a process with that heap takes of the machine's memory, with room for what V8 needs to build it. */
export function memoryNeeded({ bytes }: Heap): number {
  return 150e6 + bytes * 1.3;
}

const held: unknown[] = [];

/** As large as what streams of files and sockets read at a time. */
const BUFFER_SIZE = 64 * 1024;

/**
 * Fills this process with `bytes` of what programs have, which stays in use: small objects and arrays of numbers, or
 * Buffers. The kind matters. fork(2) copies a page table entry for each page of a Buffer, and counts the page. V8 keeps
 * small objects in pages of 256 kB that lie scattered, with many times the page tables of a few long arrays of that size,
 * and asks the kernel not to hand them to children at all: what is left to do is to pass over them.
 */
export function fillHeap(bytes: number, of: HeapContents): void {
  if (of === "buffers") {
    for (let filled = 0; filled < bytes; filled += BUFFER_SIZE)
      held.push(Buffer.allocUnsafeSlow(BUFFER_SIZE).fill(1));
    return;
  }
  const before = process.memoryUsage().heapUsed;
  while (process.memoryUsage().heapUsed - before < bytes)
    held.push(Array.from({ length: 20_000 }, (_, id) => record(id)));
}

function record(id: number): object {
  return { id, weight: id + 0.5, tags: [id, id + 1, id + 2], parent: null };
}
