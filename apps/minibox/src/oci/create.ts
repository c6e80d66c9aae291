import { closeSync, openSync } from "node:fs";
import { CgroupError, type CgroupManager, readCgroups } from "@ns/cgroup";
import { type Config, readConfig, validateConfig } from "@ns/oci";
import { type Child, spawn } from "@ns/spawn";
import { AtFlags, FileMode, invoke, mknodat } from "@ns/syscalls";
import { MiniboxError } from "../error.ts";
import { type BundlePlan, planBundle } from "../plan/oci/container.ts";
import { isNew, namespaceOf } from "../plan/oci/namespaces.ts";
import { withActivation } from "./activation.ts";
import { cgroupFor, pathOf, resourcesOf } from "./cgroup.ts";
import { connectTo, sendPidfd } from "./fd-socket.ts";
import { execError } from "./exec-error.ts";
import { gatherFacts } from "./gather-facts.ts";
import { runHooks } from "./hooks.ts";
import { makeCgroup, refuseOccupied } from "./make-cgroup.ts";
import { namespacesOf } from "./namespaces-of.ts";
import { ownerName } from "./owner.ts";
import { writePidFile } from "./pid-file.ts";
import { terminalOptions } from "./terminal-options.ts";
import { readStat, untilEnded } from "./init-process.ts";
import type { Runtime } from "./runtime.ts";
import { seccompOf } from "./seccomp.ts";
import { stateOf } from "./status.ts";
import type { ContainerRecord } from "./store.ts";

/** The options of `create` and `run`. */
export interface CreateOptions {
  readonly id: string;
  /** The bundle's directory, absolute. */
  readonly bundle: string;
  readonly pidFile?: string | undefined;
  readonly consoleSocket?: string | undefined;
  /** A Unix socket that a pidfd of the process is sent to. */
  readonly pidfdSocket?: string | undefined;
  readonly noPivot: boolean;
  readonly noNewKeyring: boolean;
  readonly preserveFds: number;
  /** How many of these are sockets that systemd has opened, which the program is told. */
  readonly activatedFds: number;
  /** Whether the process is left to whoever adopts it. */
  readonly detached: boolean;
  /** A terminal of ours that the container's is shown on. */
  readonly terminal?: { readonly cols: number; readonly rows: number };
}

/** A container that waits to be started. */
export interface CreatedContainer {
  readonly record: ContainerRecord;
  readonly config: Config;
  readonly child: Child;
}

/** A configuration that can be run. */
export function loadConfig(bundle: string, runtime: Runtime): Config {
  const config = readConfig(bundle);
  for (const { path, reason } of validateConfig(config))
    runtime.log.write("warning", `${path}: ${reason}`);
  return config;
}

/**
 * Makes a container: everything but its program, which waits for `start`. Whatever fails, nothing is left.
 * @throws {MiniboxError | OciError | SyscallError}
 */
export async function createContainer(
  runtime: Runtime,
  options: CreateOptions,
): Promise<CreatedContainer> {
  const { store } = runtime;
  const config = loadConfig(options.bundle, runtime);
  checkTerminal(config, {
    consoleSocket: options.consoleSocket,
    terminal: options.terminal,
  });
  store.reserve(options.id);
  let manager: CgroupManager | undefined;
  try {
    store.writeConfig(options.id, config);
    const system = readCgroups();
    manager = await cgroupFor(
      options.id,
      config,
      runtime.systemdCgroup,
      system,
    );
    return await makeContainer(runtime, options, {
      config,
      system,
      cgroup: manager,
    });
  } catch (error) {
    // one that was there, with processes in it, is another's
    if (!isOccupied(error)) await manager?.delete().catch(() => undefined);
    store.remove(options.id);
    throw error;
  }
}

function isOccupied(error: unknown): boolean {
  return error instanceof CgroupError && error.code === "ERR_CGROUP_EXISTS";
}

/** Whether there is a place for a terminal if, and only if, one is asked for. */
export function checkTerminal(
  { process }: Config,
  {
    consoleSocket,
    terminal,
  }: Readonly<Record<"consoleSocket" | "terminal", unknown>>,
): void {
  const has = consoleSocket !== undefined || terminal !== undefined;
  if (process?.terminal === true && !has)
    throw new MiniboxError(
      "ERR_USAGE",
      "cannot allocate tty if runc will detach without setting console socket",
      { hint: "--console-socket, or process.terminal false" },
    );
  if (process?.terminal !== true && consoleSocket !== undefined)
    throw new MiniboxError(
      "ERR_USAGE",
      "cannot use console socket if runc will not detach or allocate tty",
    );
}

interface Ingredients {
  readonly config: Config;
  readonly system: ReturnType<typeof readCgroups>;
  readonly cgroup: CgroupManager;
}

async function makeContainer(
  runtime: Runtime,
  options: CreateOptions,
  { config, system, cgroup }: Ingredients,
): Promise<CreatedContainer> {
  const { store } = runtime;
  const { id } = options;
  const isSystemd = cgroup.driver === "systemd";
  const without: ContainerRecord = {
    id,
    bundle: options.bundle,
    rootfs: "",
    created: new Date().toISOString(),
    owner: ownerName(),
    ownPidNamespace: isOwn(config, "pid"),
    namespaces: (config.linux?.namespaces ?? []).map(({ type }) => type),
  };
  const { driver, directories } = cgroup;
  const placed: ContainerRecord = {
    ...without,
    cgroup: { path: pathOf(id, config, cgroup), driver },
    cgroupDirectories: directories,
  };
  if (!isSystemd) refuseOccupied(cgroup);
  // before there is a cgroup: whoever finds this after a crash knows of it
  store.write(placed);
  const ownsCgroup = isSystemd || (await makeCgroup(runtime, cgroup, config));
  const facts = gatherFacts(
    options.bundle,
    config,
    system,
    ownsCgroup ? cgroup : undefined,
  );
  const record: ContainerRecord = {
    ...(ownsCgroup ? placed : without),
    rootfs: facts.rootfs,
  };
  const { hooks = {}, linux = {} } = config;
  const pauses = pausesFor(config, isSystemd);
  const plan = planBundle(
    withActivation(config, options.activatedFds),
    {
      id,
      noPivot: options.noPivot,
      newKeyring: !options.noNewKeyring,
      preserveFds: options.preserveFds,
      cgroupAtPause: isSystemd,
    },
    facts,
  );
  store.write(record);
  const atPause = async (pid: number): Promise<void> => {
    if (isSystemd) await cgroup.create(resourcesOf(linux.resources), { pid });
    const state = stateOf({ ...record, pid }, "creating", config.annotations);
    await runHooks(hooks.prestart, { name: "prestart", state });
    await runHooks(hooks.createRuntime, { name: "createRuntime", state });
    await runHooks(hooks.createContainer, {
      ...{ name: "createContainer", state },
      join: namespacesOf(pid, config),
    });
  };
  runtime.log.write(
    "debug",
    `the container ${id} takes ${plan.options.setup?.length ?? 0} steps; --plan shows them`,
  );
  const child = await spawnHeld(runtime, options, {
    config,
    plan,
    cgroups: ownsCgroup && !isSystemd ? Object.values(cgroup.directories) : [],
    ...(pauses && { pause: atPause }),
  });
  const { pid = 0 } = child;
  const made: ContainerRecord = {
    ...record,
    pid,
    startTime: readStat(pid)?.startTime ?? "",
  };
  runtime.log.write("debug", `process ${pid} waits to be started`);
  try {
    store.write(made);
    sendPidfd(options.pidfdSocket, pid, "standard");
    if (options.pidFile !== undefined) writePidFile(options.pidFile, pid);
  } catch (error) {
    child.kill("SIGKILL");
    await untilEnded(made);
    throw error;
  }
  return { record: made, config, child };
}

/** Whether the process waits, while it is made, for something that is done to it. */
export function pausesFor({ hooks = {} }: Config, isSystemd: boolean): boolean {
  return (
    isSystemd ||
    [hooks.prestart, hooks.createRuntime, hooks.createContainer].some(
      (list) => (list?.length ?? 0) > 0,
    )
  );
}

function isOwn(config: Config, type: "pid"): boolean {
  const namespace = namespaceOf(config, type);
  return namespace !== undefined && isNew(namespace);
}

interface Held {
  readonly config: Config;
  readonly plan: BundlePlan;
  readonly cgroups: readonly string[];
  readonly pause?: (pid: number) => Promise<void>;
}

/** Spawns the process up to where it waits for a byte on the FIFO. */
async function spawnHeld(
  { store }: Runtime,
  options: CreateOptions,
  { config, plan, cgroups, pause }: Held,
): Promise<Child> {
  const fifo = store.fifo(options.id);
  invoke(mknodat(AtFlags.FDCWD, fifo, FileMode.IFIFO | 0o600));
  const seccomp = await seccompOf(config, store.root);
  // for both ways: then it neither waits for the other end, nor sees an end of it
  const hold = openSync(fifo, "r+");
  const console_ = connectTo(options.consoleSocket);
  try {
    const child = spawn(plan.file, plan.args, {
      ...plan.options,
      ...terminalOptions(config, options, console_),
      ...(cgroups.length > 0 && { cgroup: cgroups }),
      ...(seccomp !== undefined && { seccomp }),
      ...(pause !== undefined && {
        pause: { after: plan.pauseAfter, run: pause },
      }),
      hold,
      orphan: options.detached,
    });
    await child.spawned;
    return child;
  } catch (error) {
    throw execError(error, plan.file);
  } finally {
    closeSync(hold);
    if (console_ !== undefined) closeSync(console_);
  }
}
