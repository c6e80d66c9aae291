import { existsSync } from "node:fs";
import type { Message, MessageBus } from "dbus-native";
import { CgroupError } from "../error.ts";
import type { UnitProperty } from "./unit-properties.ts";

const SYSTEMD = "org.freedesktop.systemd1";
const MANAGER = "org.freedesktop.systemd1.Manager";
const PROPERTIES = "org.freedesktop.DBus.Properties";
const PATH = "/org/freedesktop/systemd1";
const CALL_TIMEOUT_MS = 25_000;
const JOB_TIMEOUT_MS = 30_000;

/** Where to reach a manager: on a message bus, or on its own socket. */
export interface BusAddress {
  readonly busAddress: string;
  /** A manager's own socket has no bus between. */
  readonly direct: boolean;
}

/**
 * Where systemd may be reached, in the order to try: the bus, then the manager's own socket, which needs no bus daemon
 * and takes root, or the user whose manager it is, only. Pure.
 */
export function busAddresses(
  user: boolean,
  env: Readonly<Record<string, string | undefined>>,
): BusAddress[] {
  const at = (path: string, direct: boolean): BusAddress => ({
    busAddress: `unix:path=${path}`,
    direct,
  });
  if (!user) {
    const system = env["DBUS_SYSTEM_BUS_ADDRESS"];
    return [
      system === undefined
        ? at("/run/dbus/system_bus_socket", false)
        : { busAddress: system, direct: false },
      at("/run/systemd/private", true),
    ];
  }
  const session = env["DBUS_SESSION_BUS_ADDRESS"];
  const runtime = env["XDG_RUNTIME_DIR"];
  return [
    ...(session === undefined ? [] : [{ busAddress: session, direct: false }]),
    ...(runtime === undefined
      ? []
      : [at(`${runtime}/bus`, false), at(`${runtime}/systemd/private`, true)]),
  ];
}

/** A connection to a manager, for as long as it is needed: an open one keeps the process alive. */
export class SystemdBus implements Disposable {
  readonly #bus: MessageBus;
  readonly #address: BusAddress;
  #isSubscribed = false;

  private constructor(bus: MessageBus, address: BusAddress) {
    this.#bus = bus;
    this.#address = address;
    // what is waited for fails too, and that is where it is told
    bus.connection.on("error", () => undefined);
  }

  /**
   * Connects to the system's manager, or to this user's.
   * @throws {CgroupError} `ERR_CGROUP_SYSTEMD` with what failed for each place that was tried.
   */
  static async connect(
    user: boolean,
    env: Readonly<Record<string, string | undefined>> = process.env,
  ): Promise<SystemdBus> {
    const failures: unknown[] = [];
    for (const address of busAddresses(user, env)) {
      const path = /^unix:path=(?<path>[^,;]+)/.exec(address.busAddress)
        ?.groups?.["path"];
      if (path !== undefined && !existsSync(path)) {
        failures.push(new Error(`there is no socket '${path}'`));
        continue;
      }
      try {
        return await SystemdBus.#open(address);
      } catch (error) {
        failures.push(error);
      }
    }
    const which = user ? "this user's systemd" : "systemd";
    throw new CgroupError(
      "ERR_CGROUP_SYSTEMD",
      `cannot reach ${which}: ${failures.map(messageOf).join("; ") || "no address is known"}`,
      {
        cause: new AggregateError(failures),
        hint: user
          ? "log in (loginctl enable-linger keeps the manager), and have XDG_RUNTIME_DIR or DBUS_SESSION_BUS_ADDRESS set; or use the cgroupfs driver"
          : "is systemd pid 1, and D-Bus running? otherwise use the cgroupfs driver",
      },
    );
  }

  static async #open(address: BusAddress): Promise<SystemdBus> {
    // loaded here: who uses no systemd needs no D-Bus
    const { createClient } = await import("dbus-native");
    const client = createClient({
      ...address,
      timeout: CALL_TIMEOUT_MS,
      authMethods: ["EXTERNAL"],
    });
    const bus = new SystemdBus(client, address);
    try {
      await bus.property("Version");
      return bus;
    } catch (error) {
      bus[Symbol.dispose]();
      throw error;
    }
  }

  /** Calls a method of the manager; the result is its first value. */
  async call(
    member: string,
    signature: string,
    body: readonly unknown[],
  ): Promise<unknown> {
    return this.#invoke({
      interface: MANAGER,
      member,
      ...(signature !== "" && { signature, body: [...body] }),
    });
  }

  /** A property of the manager. */
  async property(name: string): Promise<unknown> {
    return this.#invoke({
      interface: PROPERTIES,
      member: "Get",
      signature: "ss",
      body: [MANAGER, name],
    });
  }

  #invoke(message: Message): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#bus.invoke(
        { destination: SYSTEMD, path: PATH, ...message },
        (error, value: unknown) => {
          if (error === null) resolve(value);
          else reject(error);
        },
      );
    });
  }

  /** 252, of `"252.38-1~deb12u1"`. */
  async version(): Promise<number> {
    return parseSystemdVersion(String(await this.property("Version")));
  }

  /**
   * Calls a method that begins a job, and waits for its end.
   * @returns the job's result: `"done"`, or what else it came to.
   * @throws {CgroupError} `ERR_CGROUP_TIMEOUT`
   */
  async job(
    member: string,
    signature: string,
    body: readonly unknown[],
  ): Promise<string> {
    // listening before asking: the job may be over before the answer is here
    const results = new Map<string, string>();
    const done = Promise.withResolvers<undefined>();
    let wanted: string | undefined;
    const listener = (message: Message): void => {
      if (message.member !== "JobRemoved" || message.interface !== MANAGER)
        return;
      const [, job, , result] = (message.body ?? []) as [
        number,
        string,
        string,
        string,
      ];
      results.set(job, result);
      if (job === wanted) done.resolve(undefined);
    };
    this.#bus.connection.on("message", listener);
    this.#bus.connection.on("close", () => {
      done.reject(new Error("systemd has closed the connection"));
    });
    const timer = setTimeout(() => {
      done.reject(
        new CgroupError(
          "ERR_CGROUP_TIMEOUT",
          `${member} of systemd: not done after ${String(JOB_TIMEOUT_MS)} ms`,
        ),
      );
    }, JOB_TIMEOUT_MS);
    try {
      await this.#subscribe();
      wanted = String(await this.call(member, signature, body));
      if (!results.has(wanted)) await done.promise;
      return results.get(wanted) ?? "";
    } finally {
      clearTimeout(timer);
      done.promise.catch(() => undefined);
      this.#bus.connection.removeListener("message", listener);
    }
  }

  /** Once: a second time is refused. */
  async #subscribe(): Promise<void> {
    // on its own socket a manager tells everything
    if (this.#address.direct || this.#isSubscribed) return;
    this.#isSubscribed = true;
    await this.#bus.addMatch(
      `type='signal',sender='${SYSTEMD}',interface='${MANAGER}',member='JobRemoved'`,
    );
    await this.call("Subscribe", "", []);
  }

  [Symbol.dispose](): void {
    this.#bus.connection.end();
  }
}

/** The number in a version of systemd, of which distributions write many forms: `v245.4-1.fc32`, `252`. */
export function parseSystemdVersion(text: string): number {
  const number = /^"?v?(?<number>\d+)/.exec(text)?.groups?.["number"];
  if (number === undefined)
    throw new CgroupError(
      "ERR_CGROUP_INVALID",
      `invalid version of systemd ${JSON.stringify(text)}: expected a number first`,
    );
  return Number(number);
}

/** Properties in the form that D-Bus has them in: a(sv). */
export function propertyList(
  properties: readonly UnitProperty[],
): [string, [string, unknown]][] {
  return properties.map(({ name, signature, value }) => [
    name,
    [signature, value],
  ]);
}

/** The name of an error that came over the bus: `org.freedesktop.systemd1.NoSuchUnit`. */
export function busErrorName(error: unknown): string | undefined {
  return error instanceof Error && "dbusName" in error
    ? String(error.dbusName)
    : undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
