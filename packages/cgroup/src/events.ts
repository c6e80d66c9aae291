import { type FSWatcher, watch } from "node:fs";
import type { CgroupDirectory } from "./directory.ts";
import {
  type CgroupEvent,
  eventsBetween,
  type EventState,
  readEventState,
} from "./event-state.ts";
import { type ManagedTree, OpenTrees } from "./open-trees.ts";

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
  readonly #held: Disposable[] = [];
  readonly #queue: CgroupEvent[] = [];
  #read: () => EventState | undefined = () => undefined;
  #state: EventState | undefined;
  #wake: (() => void) | undefined;

  constructor(trees: readonly ManagedTree[], { signal }: EventOptions = {}) {
    try {
      const opened = new OpenTrees(trees);
      this.#held.push(opened);
      const isV2 = trees.every(({ tree }) => tree.version === 2);
      this.#read = () => readEventState(opened, isV2);
      this.#watch(opened.directoryOf("unified"));
      if (!isV2) this.#poll();
      this.#state = this.#read();
    } catch (error) {
      this.#end();
      throw error;
    }
    this.#listenTo(signal);
    if (this.#state === undefined || signal?.aborted === true) this.#end();
  }

  /** Whether the iteration is over, but for what has happened before. */
  get ended(): boolean {
    return this.#state === undefined;
  }

  #listenTo(signal: AbortSignal | undefined): void {
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

  #poll(): void {
    const timer = setInterval(() => {
      this.#look();
    }, POLL_MS);
    this.#held.push({
      [Symbol.dispose]: () => {
        clearInterval(timer);
      },
    });
  }

  #watch(directory: CgroupDirectory | undefined): void {
    if (directory === undefined) return;
    const look = (): void => {
      this.#look();
    };
    for (const file of NOTIFYING)
      if (directory.has(file)) this.#hold(watch(directory.at(file), look));
    // its removal is told to those who watch the cgroup above
    this.#hold(watch(`/proc/self/fd/${String(directory.fd)}/..`, look));
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
