import { checkComponent, joinCgroupPath } from "./cgroup-path.ts";
import type { ControlBatch } from "./control-write.ts";
import { delegateCgroup, type Owner } from "./delegation.ts";
import { CgroupDirectory } from "./directory.ts";
import { CgroupError } from "./error.ts";
import { CgroupEvents, type EventOptions } from "./events.ts";
import { freezeCgroup, freezerOf, isFrozen, thawCgroup } from "./freeze.ts";
import { killCgroup } from "./kill.ts";
import {
  applyLimits,
  checkControllers,
  checkUsage,
  planLimits,
} from "./limits.ts";
import { directoryPath, withDirectory } from "./located.ts";
import { makeCgroup, type Undo, undoAll } from "./make.ts";
import type {
  CgroupFd,
  CgroupManager,
  CreateOptions,
  DeleteOptions,
  KillOptions,
} from "./manager.ts";
import {
  checkPid,
  moveThread,
  moveToAll,
  vacateCgroup,
} from "./membership-change.ts";
import { keysOf, type ManagedTree, OpenTrees } from "./open-trees.ts";
import { controllersOf } from "./plan-v2.ts";
import { processesIn } from "./process-list.ts";
import { removeCgroup } from "./remove.ts";
import type { Resources } from "./resources.ts";
import type { CgroupStats } from "./stats.ts";
import { readStatsV1 } from "./stats-v1.ts";
import { readStatsV2 } from "./stats-v2.ts";

const KILL_TIMEOUT_MS = 10_000;
const DELETE_TIMEOUT_MS = 2000;

/** Manages a cgroup by its files alone. */
export class CgroupfsManager implements CgroupManager {
  readonly driver = "cgroupfs";
  readonly mode: CgroupManager["mode"];
  readonly #trees: readonly ManagedTree[];

  /** The trees, all of those of `mode`; on v2 one. */
  constructor(mode: CgroupManager["mode"], trees: readonly ManagedTree[]) {
    this.mode = mode;
    this.#trees = trees;
  }

  get #first(): ManagedTree {
    const [first] = this.#trees;
    if (first === undefined) throw new TypeError("a manager without a tree");
    return first;
  }

  get #unified(): ManagedTree | undefined {
    return this.#trees.find(({ tree }) => tree.version === 2);
  }

  get path(): string {
    return (this.#unified ?? this.#first).path;
  }

  get directories(): Readonly<Record<string, string>> {
    const directories: Record<string, string> = {};
    for (const located of this.#trees)
      for (const key of keysOf(located))
        directories[key] = directoryPath(located);
    return directories;
  }

  exists(): boolean {
    return this.#trees.some(
      (located) => withDirectory(located, () => true) === true,
    );
  }

  async create(
    resources: Resources = {},
    { pid }: CreateOptions = {},
  ): Promise<void> {
    if (pid !== undefined) checkPid(pid);
    const batches = planLimits(this.mode, resources);
    this.#refuseRoot("create");
    // beside v1 the v2 tree keeps track of processes, no more
    const needed = this.mode === "v2" ? controllersOf(batches) : [];
    checkControllers(this.mode, this.#trees, batches);
    const undo: Undo = [];
    try {
      using made = new OpenTrees(this.#trees, (located) =>
        makeCgroup(located, needed, undo),
      );
      await applyLimits(this.mode, made, { batches, resources });
      if (pid !== undefined) await this.add(pid);
    } catch (error) {
      undoAll(undo, error);
      throw error;
    }
  }

  async set(resources: Resources): Promise<void> {
    const batches = this.check(resources);
    using opened = new OpenTrees(this.#trees);
    await applyLimits(this.mode, opened, { batches, resources });
  }

  /** What `set` finds wrong before it does anything; else what it will write. */
  check(resources: Resources): ControlBatch[] {
    const batches = planLimits(this.mode, resources);
    for (const located of this.#trees) {
      if (withDirectory(located, () => true) !== undefined) continue;
      const path = directoryPath(located);
      throw new CgroupError(
        "ERR_CGROUP_NOT_FOUND",
        `cannot set limits of '${path}': it does not exist`,
        { path, hint: "create() it" },
      );
    }
    checkUsage(this.mode, this.#trees, resources);
    return batches;
  }

  #refuseRoot(what: string): void {
    if (this.#trees.some(({ path }) => path === "/"))
      throw new RangeError(`cannot ${what} the root cgroup`);
  }

  async add(pid: number): Promise<void> {
    checkPid(pid);
    await moveToAll(this.#trees, pid);
  }

  async addThread(tid: number): Promise<void> {
    checkPid(tid);
    for (const located of this.#trees) await moveThread(located, tid);
  }

  open(): CgroupFd {
    const { tree, path } = this.#needUnified("open for CLONE_INTO_CGROUP");
    return CgroupDirectory.open(tree, path);
  }

  stats(): CgroupStats {
    using opened = new OpenTrees(this.#trees);
    if (this.mode !== "v2")
      return readStatsV1((controller) => opened.directoryOf(controller));
    const directory = opened.directoryOf("unified");
    return directory === undefined ? {} : readStatsV2(directory);
  }

  events(options: EventOptions = {}): CgroupEvents {
    return new CgroupEvents(this.#trees, options);
  }

  processes(): number[] {
    return [...new Set(this.#trees.flatMap(processesIn))].sort((a, b) => a - b);
  }

  async freeze(): Promise<void> {
    await freezeCgroup(freezerOf(this.#trees));
  }

  thaw(): Promise<void> {
    thawCgroup(freezerOf(this.#trees));
    return Promise.resolve();
  }

  get frozen(): boolean {
    return isFrozen(freezerOf(this.#trees));
  }

  async kill({ timeoutMs = KILL_TIMEOUT_MS }: KillOptions = {}): Promise<void> {
    this.#refuseRoot("kill");
    await killCgroup(this.#trees, timeoutMs);
  }

  async delete({
    timeoutMs = DELETE_TIMEOUT_MS,
  }: DeleteOptions = {}): Promise<void> {
    this.#refuseRoot("delete");
    for (const located of this.#trees) await removeCgroup(located, timeoutMs);
  }

  children(): string[] {
    const names = this.#trees.flatMap(
      (located) =>
        withDirectory(located, (directory) => directory.children()) ?? [],
    );
    return [...new Set(names)].sort();
  }

  child(name: string): CgroupfsManager {
    checkComponent(name);
    return new CgroupfsManager(
      this.mode,
      this.#trees.map((located) => ({
        ...located,
        path: joinCgroupPath(located.path, name),
      })),
    );
  }

  delegate(owner: Owner): void {
    for (const [key, id] of Object.entries(owner) as [string, number][])
      if (!Number.isInteger(id) || id < 0 || id >= 0xffffffff)
        throw new RangeError(
          `invalid ${key} '${String(id)}': expected 0 to 4294967294`,
        );
    for (const located of this.#trees) delegateCgroup(located, owner);
  }

  async vacate(name = "init"): Promise<number> {
    checkComponent(name);
    const counts = [];
    for (const located of this.#trees)
      counts.push(await vacateCgroup(located, name));
    return Math.max(...counts);
  }

  type(): string {
    const { tree, path } = this.#needUnified("ask for the type of");
    using directory = CgroupDirectory.open(tree, path);
    // the root has none: it is a domain, and threads can be below it
    return directory.readIfPresent("cgroup.type")?.trim() ?? "domain";
  }

  makeThreaded(): void {
    const { tree, path } = this.#needUnified("make threads of");
    using directory = CgroupDirectory.open(tree, path);
    directory.write("cgroup.type", "threaded");
  }

  #needUnified(what: string): ManagedTree {
    const unified = this.#unified;
    if (unified !== undefined) return unified;
    throw new CgroupError(
      "ERR_CGROUP_UNSUPPORTED",
      `cannot ${what} '${this.path}': no v2 tree is mounted`,
      {
        hint: "mount one beside v1: mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified",
      },
    );
  }
}
