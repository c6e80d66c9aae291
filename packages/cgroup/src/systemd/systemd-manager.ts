import type { CgroupfsManager } from "../cgroupfs-manager.ts";
import { CgroupError } from "../error.ts";
import type { CgroupEvents, EventOptions } from "../events.ts";
import type { Owner } from "../delegation.ts";
import type {
  CgroupFd,
  CgroupManager,
  CreateOptions,
  DeleteOptions,
  KillOptions,
} from "../manager.ts";
import { errnoOf } from "../file-error.ts";
import { noteLeftovers } from "../make.ts";
import { checkPid } from "../membership-change.ts";
import { readMemberships } from "../membership.ts";
import { openCgroup } from "../open-manager.ts";
import { planV2 } from "../plan-v2.ts";
import type { Resources } from "../resources.ts";
import type { CgroupStats } from "../stats.ts";
import { SystemdBus } from "./bus.ts";
import { deviceProperties, readDeviceGroups } from "./device-properties.ts";
import { Unit } from "./unit.ts";
import type { UnitPlace } from "./unit-name.ts";
import {
  scopeProperties,
  type UnitProperty,
  unitProperties,
} from "./unit-properties.ts";

/** Manages a cgroup that is a scope of systemd's: systemd makes and removes it, and knows its limits. */
export class SystemdManager implements CgroupManager {
  readonly driver = "systemd";
  readonly mode = "v2";
  readonly #files: CgroupfsManager;
  readonly #place: UnitPlace;
  readonly #user: boolean;

  constructor(files: CgroupfsManager, place: UnitPlace, user: boolean) {
    this.#files = files;
    this.#place = place;
    this.#user = user;
  }

  /** The name of the scope. */
  get unit(): string {
    return this.#place.unit;
  }

  async create(
    resources: Resources = {},
    { pid }: CreateOptions = {},
  ): Promise<void> {
    if (pid === undefined)
      throw new TypeError(
        "invalid pid: expected one, since systemd begins no scope without a process",
      );
    checkPid(pid);
    planV2(resources);
    if (this.#files.exists())
      throw new CgroupError(
        "ERR_CGROUP_EXISTS",
        `cannot create unit '${this.unit}': its cgroup '${this.path}' exists`,
        { path: this.path },
      );
    const before = cgroupOf(pid);
    using bus = await SystemdBus.connect(this.#user);
    const properties = [
      ...scopeProperties(this.#place, pid),
      ...(await this.#limits(resources, bus)),
    ];
    const unit = new Unit(this.unit, bus);
    await unit.start(properties);
    try {
      await this.#files.set(resources);
    } catch (error) {
      await this.#takeBack(unit, pid, before).catch((failure: unknown) => {
        noteLeftovers(error, [failure]);
      });
      throw error;
    }
  }

  /** Moves the process back to where it was, since stopping the scope ends what is in it. */
  async #takeBack(
    unit: Unit,
    pid: number,
    before: string | undefined,
  ): Promise<void> {
    try {
      if (before !== undefined) await openCgroup(before).add(pid);
    } catch (error) {
      // another user's, or gone, or the process has ended: then it ends with the scope
      if (!(error instanceof CgroupError)) throw error;
    }
    await unit.stop();
  }

  async set(resources: Resources): Promise<void> {
    // before systemd: a limit that is too low would kill on its way
    this.#files.check(resources);
    using bus = await SystemdBus.connect(this.#user);
    const properties = await this.#limits(resources, bus);
    await new Unit(this.unit, bus).set(properties);
    await this.#files.set(resources);
  }

  async #limits(
    resources: Resources,
    bus: SystemdBus,
  ): Promise<UnitProperty[]> {
    const { devices } = resources;
    return [
      ...unitProperties(resources, await bus.version()),
      ...(devices === undefined
        ? []
        : deviceProperties(devices, readDeviceGroups())),
    ];
  }

  async add(pid: number): Promise<void> {
    checkPid(pid);
    using bus = await SystemdBus.connect(this.#user);
    await new Unit(this.unit, bus).attach(pid);
  }

  async delete(options: DeleteOptions = {}): Promise<void> {
    const pids = this.processes();
    if (pids.length > 0)
      throw new CgroupError(
        "ERR_CGROUP_NOT_EMPTY",
        `cannot stop unit '${this.unit}': ${String(pids.length)} processes are in it`,
        { path: this.path, hint: "kill() them first" },
      );
    using bus = await SystemdBus.connect(this.#user);
    await new Unit(this.unit, bus).stop();
    // older versions leave cgroups that were made in it
    await this.#files.delete(options);
  }

  get path(): string {
    return this.#files.path;
  }

  get directories(): Readonly<Record<string, string>> {
    return this.#files.directories;
  }

  get frozen(): boolean {
    return this.#files.frozen;
  }

  exists(): boolean {
    return this.#files.exists();
  }

  addThread(tid: number): Promise<void> {
    return this.#files.addThread(tid);
  }

  open(): CgroupFd {
    return this.#files.open();
  }

  stats(): CgroupStats {
    return this.#files.stats();
  }

  events(options: EventOptions = {}): CgroupEvents {
    return this.#files.events(options);
  }

  processes(): number[] {
    return this.#files.processes();
  }

  freeze(): Promise<void> {
    return this.#files.freeze();
  }

  thaw(): Promise<void> {
    return this.#files.thaw();
  }

  kill(options: KillOptions = {}): Promise<void> {
    return this.#files.kill(options);
  }

  children(): string[] {
    return this.#files.children();
  }

  /** By its files: what is in a delegated scope is no business of systemd's. */
  child(name: string): CgroupManager {
    return this.#files.child(name);
  }

  delegate(owner: Owner): void {
    this.#files.delegate(owner);
  }

  vacate(name = "init"): Promise<number> {
    return this.#files.vacate(name);
  }

  type(): string {
    return this.#files.type();
  }

  makeThreaded(): void {
    this.#files.makeThreaded();
  }
}

/** The cgroup of v2 that a process is in. */
function cgroupOf(pid: number): string | undefined {
  try {
    return readMemberships(pid).find(({ hierarchyId }) => hierarchyId === 0)
      ?.path;
  } catch (error) {
    const errno = errnoOf(error);
    if (errno !== "ENOENT" && errno !== "ESRCH") throw error;
    throw new CgroupError(
      "ERR_CGROUP_WRITE",
      `cannot start a scope with process ${String(pid)}: there is no such process`,
      { errno: "ESRCH", value: String(pid), cause: error },
    );
  }
}
