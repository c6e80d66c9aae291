import { CgroupError } from "../error.ts";
import { busErrorName, propertyList, type SystemdBus } from "./bus.ts";
import type { UnitProperty } from "./unit-properties.ts";

const NO_SUCH_UNIT = "org.freedesktop.systemd1.NoSuchUnit";
const UNIT_EXISTS = "org.freedesktop.systemd1.UnitExists";

/** What a manager does with one transient unit; see org.freedesktop.systemd1(5). */
export class Unit {
  readonly name: string;
  readonly #bus: SystemdBus;

  constructor(name: string, bus: SystemdBus) {
    this.name = name;
    this.#bus = bus;
  }

  /**
   * Starts it.
   * @throws {CgroupError} `ERR_CGROUP_SYSTEMD`
   */
  async start(properties: readonly UnitProperty[]): Promise<void> {
    const result = await this.#tryStart(properties).catch(
      async (error: unknown) => {
        if (busErrorName(error) !== UNIT_EXISTS)
          throw this.#error("start", error);
        // of one that failed, systemd keeps the name
        await this.#forget();
        return this.#tryStart(properties).catch((again: unknown) => {
          throw this.#error("start", again);
        });
      },
    );
    if (result === "done") return;
    throw new CgroupError(
      "ERR_CGROUP_SYSTEMD",
      `cannot start unit '${this.name}': its job ended as '${result}'`,
      { hint: `see journalctl -u ${this.name}` },
    );
  }

  #tryStart(properties: readonly UnitProperty[]): Promise<string> {
    const args = [this.name, "fail", propertyList(properties), []];
    return this.#bus.job("StartTransientUnit", "ssa(sv)a(sa(sv))", args);
  }

  /** Changes it until it ends: what systemd keeps over a reboot, a transient unit has not. */
  async set(properties: readonly UnitProperty[]): Promise<void> {
    if (properties.length === 0) return;
    const args = [this.name, true, propertyList(properties)];
    await this.#call("set properties of", "SetUnitProperties", "sba(sv)", args);
  }

  /** Moves a process into it, also one that we could not: systemd is above both cgroups. Since version 238. */
  async attach(pid: number): Promise<void> {
    const args = [this.name, "", [pid]];
    await this.#call(
      `move process ${String(pid)} to`,
      "AttachProcessesToUnit",
      "ssau",
      args,
    );
  }

  /** Stops it, if it is there; what is in it ends. */
  async stop(): Promise<void> {
    try {
      await this.#bus.job("StopUnit", "ss", [this.name, "replace"]);
    } catch (error) {
      // it ended with its last process
      if (busErrorName(error) !== NO_SUCH_UNIT)
        throw this.#error("stop", error);
      return;
    }
    await this.#forget();
  }

  async #forget(): Promise<void> {
    try {
      await this.#bus.call("ResetFailedUnit", "s", [this.name]);
    } catch (error) {
      // it did not fail, and is forgotten
      if (busErrorName(error) !== NO_SUCH_UNIT)
        throw this.#error("reset", error);
    }
  }

  async #call(
    what: string,
    member: string,
    signature: string,
    args: readonly unknown[],
  ): Promise<void> {
    try {
      await this.#bus.call(member, signature, args);
    } catch (error) {
      throw this.#error(what, error);
    }
  }

  #error(what: string, cause: unknown): CgroupError {
    if (cause instanceof CgroupError) return cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    const name = busErrorName(cause);
    const isDenied = name?.endsWith(".AccessDenied") === true;
    return new CgroupError(
      "ERR_CGROUP_SYSTEMD",
      `cannot ${what} unit '${this.name}': ${message}${name === undefined ? "" : ` (${name})`}`,
      {
        cause,
        ...(isDenied && {
          hint: "only root may make scopes of the system's manager; an ordinary user's are made with { user: true }",
        }),
      },
    );
  }
}
