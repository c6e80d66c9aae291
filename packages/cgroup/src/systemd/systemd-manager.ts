import { CgroupError } from "../error.ts";
import type { CgroupEvents, EventOptions } from "../events.ts";
import type { Owner } from "../delegation.ts";
import type {
  CgroupFd,
  CgroupManager,
  CreateOptions,
  KillOptions,
} from "../manager.ts";
import { noteLeftovers } from "../make.ts";
import { checkPid } from "../membership-change.ts";
import { readMemberships } from "../membership.ts";
import { openCgroup } from "../open-manager.ts";
import { planV2 } from "../plan-v2.ts";
import type { Resources } from "../resources.ts";
import type { CgroupStats } from "../stats.ts";
import { busErrorName, propertyList, SystemdBus } from "./bus.ts";
import { deviceProperties, readDeviceGroups } from "./device-properties.ts";
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
  readonly #files: CgroupManager;
  readonly #place: UnitPlace;
  readonly #user: boolean;

  constructor(files: CgroupManager, place: UnitPlace, user: boolean) {
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
    const before = readMemberships(pid).find(
      ({ hierarchyId }) => hierarchyId === 0,
    )?.path;
    using bus = await SystemdBus.connect(this.#user);
    const properties = [
      ...scopeProperties(this.#place, pid),
      ...(await this.#limits(resources, bus)),
    ];
    await this.#start(bus, properties);
    try {
      await this.#files.set(resources);
    } catch (error) {
      await this.#takeBack(bus, pid, before).catch((failure: unknown) => {
        noteLeftovers(error, [failure]);
      });
      throw error;
    }
  }

  async #start(
    bus: SystemdBus,
    properties: readonly UnitProperty[],
  ): Promise<void> {
    const start = (): Promise<string> =>
      bus.job("StartTransientUnit", "ssa(sv)a(sa(sv))", [
        this.unit,
        "fail",
        propertyList(properties),
        [],
      ]);
    const result = await start().catch(async (error: unknown) => {
      if (busErrorName(error) !== "org.freedesktop.systemd1.UnitExists")
        throw this.#error("start", error);
      // of one that failed, systemd keeps the name
      await this.#forget(bus);
      return start().catch((again: unknown) => {
        throw this.#error("start", again);
      });
    });
    if (result !== "done")
      throw new CgroupError(
        "ERR_CGROUP_SYSTEMD",
        `cannot start unit '${this.unit}': its job ended as '${result}'`,
        {
          hint: `see journalctl${this.#user ? " --user" : ""} -u ${this.unit}`,
        },
      );
  }

  /** Moves the process back to where it was, since stopping the scope ends what is in it. */
  async #takeBack(
    bus: SystemdBus,
    pid: number,
    before: string | undefined,
  ): Promise<void> {
    try {
      if (before !== undefined) await openCgroup(before).add(pid);
    } catch (error) {
      // another user's, or gone, or the process has ended: then it ends with the scope
      if (!(error instanceof CgroupError)) throw error;
    }
    await this.#stop(bus);
  }

  async set(resources: Resources): Promise<void> {
    planV2(resources);
    using bus = await SystemdBus.connect(this.#user);
    const properties = await this.#limits(resources, bus);
    try {
      // at runtime: not kept over a reboot, nor is the scope
      if (properties.length > 0)
        await bus.call("SetUnitProperties", "sba(sv)", [
          this.unit,
          true,
          propertyList(properties),
        ]);
    } catch (error) {
      throw this.#error("set properties of", error);
    }
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
    try {
      // systemd moves also what we could not, since it is above both cgroups
      await bus.call("AttachProcessesToUnit", "ssau", [this.unit, "", [pid]]);
    } catch (error) {
      throw this.#error(`move process ${String(pid)} to`, error);
    }
  }

  async delete(): Promise<void> {
    const pids = this.processes();
    if (pids.length > 0)
      throw new CgroupError(
        "ERR_CGROUP_NOT_EMPTY",
        `cannot stop unit '${this.unit}': ${String(pids.length)} processes are in it`,
        { path: this.path, hint: "kill() them first" },
      );
    using bus = await SystemdBus.connect(this.#user);
    await this.#stop(bus);
    // older versions leave cgroups that were made in it
    await this.#files.delete();
  }

  async #stop(bus: SystemdBus): Promise<void> {
    try {
      await bus.job("StopUnit", "ss", [this.unit, "replace"]);
    } catch (error) {
      // it ended with its last process
      if (busErrorName(error) !== "org.freedesktop.systemd1.NoSuchUnit")
        throw this.#error("stop", error);
      return;
    }
    await this.#forget(bus);
  }

  async #forget(bus: SystemdBus): Promise<void> {
    try {
      await bus.call("ResetFailedUnit", "s", [this.unit]);
    } catch (error) {
      // it did not fail, and is forgotten
      if (busErrorName(error) !== "org.freedesktop.systemd1.NoSuchUnit")
        throw this.#error("reset", error);
    }
  }

  #error(what: string, cause: unknown): CgroupError {
    if (cause instanceof CgroupError) return cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    const name = busErrorName(cause);
    return new CgroupError(
      "ERR_CGROUP_SYSTEMD",
      `cannot ${what} unit '${this.unit}': ${message}${name === undefined ? "" : ` (${name})`}`,
      {
        cause,
        ...(name?.endsWith(".AccessDenied") === true && {
          hint: "only root may make scopes of the system's; an ordinary user's are { user: true }",
        }),
      },
    );
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
