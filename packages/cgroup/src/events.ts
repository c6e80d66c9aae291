import { type FSWatcher, watch } from "node:fs";
import { CgroupDirectory } from "./directory.ts";
import { parseFlat } from "./keyed.ts";
import { type Located, withDirectory } from "./located.ts";
import { processesIn } from "./process-list.ts";

/** Something that has happened in a cgroup or below it. Counts go on from the cgroup's beginning. */
export type CgroupEvent =
  /** Memory ran out. v1: processes wait for it, with the killer off; the count is always 1. */
  | { readonly type: "oom"; readonly count: number }
  /** A process was killed for want of memory. */
  | { readonly type: "oom_kill"; readonly count: number }
  /** A fork failed: pids.max is reached. */
  | { readonly type: "pids.max"; readonly count: number }
  | { readonly type: "frozen"; readonly frozen: boolean }
  /** The first process has come, or the last has gone. */
  | { readonly type: "populated"; readonly populated: boolean };

/** What events are told apart by. */
export interface EventState {
  readonly oom: number;
  readonly oomKill: number;
  readonly pidsMax: number;
  readonly frozen: boolean;
  readonly populated: boolean;
}

/** What has happened between two states, in the order in which it matters. */
export function eventsBetween(
  before: EventState,
  after: EventState,
): CgroupEvent[] {
  const { frozen, populated } = after;
  const counted = (
    type: "oom" | "oom_kill" | "pids.max",
    was: number,
    count: number,
  ): CgroupEvent[] => (count > was ? [{ type, count }] : []);
  return [
    ...counted("oom", before.oom, after.oom),
    ...counted("oom_kill", before.oomKill, after.oomKill),
    ...counted("pids.max", before.pidsMax, after.pidsMax),
    ...(frozen === before.frozen ? [] : [{ type: "frozen", frozen } as const]),
    ...(populated === before.populated
      ? []
      : [{ type: "populated", populated } as const]),
  ];
}

export interface EventOptions {
  /** Ends the iteration. */
  readonly signal?: AbortSignal | undefined;
}

/** How often cgroup v1 is asked: it has no way to tell an event loop. */
const POLL_MS = 100;

/** Files whose changes the kernel tells through inotify(7). */
const NOTIFYING = ["cgroup.events", "memory.events", "pids.events"];

/**
 * The events of a cgroup from now on, as they happen; the iteration ends when the cgroup is removed, `signal` aborts,
 * or it is returned from. v2 tells by inotify(7); v1 is looked at ten times a second, without a thread.
 */
export class CgroupEvents
  implements AsyncIterableIterator<CgroupEvent>, AsyncDisposable
{
  readonly #read: () => EventState | undefined;
  readonly #held: Disposable[] = [];
  readonly #queue: CgroupEvent[] = [];
  #state: EventState | undefined;
  #wake: (() => void) | undefined;

  constructor(trees: readonly Located[], { signal }: EventOptions = {}) {
    this.#read = trees.some(({ tree }) => tree.version === 1)
      ? () => readV1(trees)
      : () => readV2(trees);
    try {
      this.#listen(trees, signal);
      this.#state = this.#read();
    } catch (error) {
      this.#end();
      throw error;
    }
    if (this.#state === undefined || signal?.aborted === true) this.#end();
  }

  /** Whether the iteration is over, but for what has happened before. */
  get ended(): boolean {
    return this.#state === undefined;
  }

  #listen(trees: readonly Located[], signal: AbortSignal | undefined): void {
    for (const located of trees.filter(({ tree }) => tree.version === 2))
      this.#watch(located);
    if (trees.some(({ tree }) => tree.version === 1)) {
      const timer = setInterval(() => {
        this.#look();
      }, POLL_MS);
      this.#held.push({
        [Symbol.dispose]: () => {
          clearInterval(timer);
        },
      });
    }
    const abort = (): void => {
      this.#end();
    };
    signal?.addEventListener("abort", abort, { once: true });
    this.#held.push({
      [Symbol.dispose]: () => {
        signal?.removeEventListener("abort", abort);
      },
    });
  }

  #watch({ tree, path }: Located): void {
    const directory = CgroupDirectory.find(tree, path);
    if (directory === undefined) return;
    // inotify watches the inode: the descriptor is needed no longer than this
    using it = directory;
    const look = (): void => {
      this.#look();
    };
    for (const file of NOTIFYING.filter((each) => it.has(each)))
      this.#hold(watch(it.at(file), look));
    // its removal is told to those who watch the cgroup above
    if (path !== "/")
      this.#hold(watch(`/proc/self/fd/${String(it.fd)}/..`, look));
  }

  #hold(watcher: FSWatcher): void {
    // the watched file is gone with its cgroup
    watcher.on("error", () => {
      this.#look();
    });
    this.#held.push({
      [Symbol.dispose]: () => {
        watcher.close();
      },
    });
  }

  #look(): void {
    if (this.#state === undefined) return;
    const now = this.#read();
    if (now === undefined) {
      // removed, which it can only be without processes
      if (this.#state.populated)
        this.#queue.push({ type: "populated", populated: false });
      this.#end();
      return;
    }
    this.#queue.push(...eventsBetween(this.#state, now));
    this.#state = now;
    if (this.#queue.length > 0) this.#wake?.();
  }

  #end(): void {
    this.#state = undefined;
    for (const each of this.#held.splice(0)) each[Symbol.dispose]();
    this.#wake?.();
  }

  async next(): Promise<IteratorResult<CgroupEvent, undefined>> {
    while (this.#queue.length === 0 && this.#state !== undefined) {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      this.#wake = () => {
        resolve(undefined);
      };
      await promise;
    }
    const value = this.#queue.shift();
    return value === undefined
      ? { done: true, value: undefined }
      : { done: false, value };
  }

  /** Ends the iteration. */
  return(): Promise<IteratorResult<CgroupEvent, undefined>> {
    this.#queue.length = 0;
    this.#end();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }
}

function readV2(trees: readonly Located[]): EventState | undefined {
  const [located] = trees;
  if (located === undefined) return undefined;
  return withDirectory(located, (directory) => {
    const of = (file: string): Readonly<Record<string, number>> =>
      parseFlat(directory.readIfPresent(file) ?? "");
    const tree = of("cgroup.events");
    const memory = of("memory.events");
    return {
      oom: memory["oom"] ?? 0,
      oomKill: memory["oom_kill"] ?? 0,
      pidsMax: of("pids.events")["max"] ?? 0,
      frozen: tree["frozen"] === 1,
      populated: tree["populated"] === 1,
    };
  });
}

function readV1(trees: readonly Located[]): EventState | undefined {
  const of = <T>(
    controller: string,
    read: (directory: CgroupDirectory) => T,
  ): T | undefined => {
    const located = trees.find(({ controllers }) =>
      controllers.includes(controller),
    );
    return located && withDirectory(located, read);
  };
  const [first] = trees;
  if (first === undefined || withDirectory(first, () => true) === undefined)
    return undefined;
  const flat = (file: string) => (directory: CgroupDirectory) =>
    parseFlat(directory.readIfPresent(file) ?? "");
  const oom = of("memory", flat("memory.oom_control")) ?? {};
  return {
    oom: oom["under_oom"] ?? 0,
    oomKill: oom["oom_kill"] ?? 0,
    pidsMax: of("pids", flat("pids.events"))?.["max"] ?? 0,
    frozen:
      of("freezer", (directory) => directory.read("freezer.state").trim()) ===
      "FROZEN",
    populated: isPopulated(trees),
  };
}

function isPopulated(trees: readonly Located[]): boolean {
  const unified = trees.find(({ tree }) => tree.version === 2);
  if (unified === undefined)
    return trees.slice(0, 1).flatMap(processesIn).length > 0;
  const told = withDirectory(unified, (directory) =>
    parseFlat(directory.read("cgroup.events")),
  );
  return told?.["populated"] === 1;
}
