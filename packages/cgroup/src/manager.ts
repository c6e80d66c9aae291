import type { CgroupEvents, EventOptions } from "./events.ts";
import type { Owner } from "./delegation.ts";
import type { Resources } from "./resources.ts";
import type { CgroupStats } from "./stats.ts";
import type { CgroupMode } from "./system.ts";

/** One cgroup, on whatever the machine has: a directory of v2, or one in each hierarchy of v1. */
export interface CgroupManager {
  readonly driver: "cgroupfs" | "systemd";
  readonly mode: Exclude<CgroupMode, "none">;
  /** From the top of the hierarchy: `"/minibox/box"`. */
  readonly path: string;
  /** Its directories by controller, in the absolute; v2's is `""`, named hierarchies of v1 are `"name=systemd"`. */
  readonly directories: Readonly<Record<string, string>>;
  exists(): boolean;
  /**
   * Makes it, with these limits, and moves a process into it. If anything fails nothing is left.
   * @throws {TypeError | RangeError} for resources that cannot be; nothing has happened then.
   * @throws {CgroupError} names the resource, the controller and the reason.
   */
  create(resources?: Resources, options?: CreateOptions): Promise<void>;
  /** Changes limits; what is left out stays. */
  set(resources: Resources): Promise<void>;
  /** Moves a process with its threads into it. */
  add(pid: number): Promise<void>;
  /** Moves one thread into it; on v2 it must be threaded. */
  addThread(tid: number): Promise<void>;
  /**
   * Opens its directory of v2, for CLONE_INTO_CGROUP of clone3(2); to be disposed of. On a hybrid machine the hierarchies
   * of v1 have to be joined with `add` all the same.
   */
  open(): CgroupFd;
  stats(): CgroupStats;
  /** What happens in it from now on. */
  events(options?: EventOptions): CgroupEvents;
  /** The processes in it and below. */
  processes(): number[];
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  readonly frozen: boolean;
  /** Kills every process in it and below it and waits until they are gone. */
  kill(options?: KillOptions): Promise<void>;
  /**
   * Removes it and those below it, which must be without processes.
   * @throws {CgroupError} `ERR_CGROUP_NOT_EMPTY`
   */
  delete(options?: DeleteOptions): Promise<void>;
  /** The names of the cgroups in it. */
  children(): string[];
  /** One of them, which need not exist yet. */
  child(name: string): CgroupManager;
  /** Gives it to another user, to make cgroups in it. */
  delegate(owner: Owner): void;
  /** Moves its processes into a child, so that it can hand controllers to others; returns their number. */
  vacate(name?: string): Promise<number>;
  /** v2: `"domain"`, `"threaded"`, `"domain threaded"` or `"domain invalid"`; see cgroups(7). */
  type(): string;
  /** v2: makes it a threaded cgroup, which cannot be taken back. Linux 4.14. */
  makeThreaded(): void;
}

export interface CreateOptions {
  /** The first process. The systemd driver makes no scope without one. */
  readonly pid?: number | undefined;
}

export interface KillOptions {
  /** Default: 10,000. */
  readonly timeoutMs?: number | undefined;
}

export interface DeleteOptions {
  /**
   * How long one that is busy is tried again: of a process that has ended the kernel keeps the cgroup for a moment.
   * Default: 2000.
   */
  readonly timeoutMs?: number | undefined;
}

/** An open cgroup. */
export interface CgroupFd extends Disposable {
  readonly fd: number;
}
