import { CgroupError, type CgroupManager, readCgroups } from "@ns/cgroup";
import { type Config, readConfig, validateConfig } from "@ns/oci";
import type { Child } from "@ns/spawn";
import { MiniboxError } from "../error.ts";
import { planBundle } from "../plan/oci/container.ts";
import { hasEarlyHooks } from "../plan/oci/hook-root.ts";
import { isNew, namespaceOf } from "../plan/oci/namespaces.ts";
import { cgroupFor, resourcesOf } from "./cgroup.ts";
import { gatherFacts } from "./gather-facts.ts";
import { runEarlyHooks } from "./early-hooks.ts";
import { IdmappedMounts } from "./idmapped-mounts.ts";
import { ownerName } from "./owner.ts";
import { hasNetDevices, moveNetDevices } from "./net-devices.ts";
import { writePidFile } from "./pid-file.ts";
import { readStat, untilEnded } from "./init-process.ts";
import { joinResctrl, removeResctrl, Resctrl } from "./resctrl.ts";
import type { Runtime } from "./runtime.ts";
import { spawnHeld } from "./spawn-held.ts";
import type { ContainerRecord } from "./store.ts";

/** The options of `create` and `run`. */
export interface CreateOptions {
  readonly id: string;
  /** The bundle's directory, absolute. */
  readonly bundle: string;
  readonly pidFile?: string | undefined;
  readonly consoleSocket?: string | undefined;
  readonly noPivot: boolean;
  readonly noNewKeyring: boolean;
  readonly preserveFds: number;
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
  checkTerminal(config, options);
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
    removeResctrl(store.find(options.id)?.resctrl);
    store.remove(options.id);
    throw error;
  }
}

function isOccupied(error: unknown): boolean {
  return error instanceof CgroupError && error.code === "ERR_CGROUP_EXISTS";
}

function checkTerminal(
  { process }: Config,
  { consoleSocket, terminal }: CreateOptions,
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
  const { linux: { cgroupsPath } = {} } = config;
  const resctrl = Resctrl.of(config, id);
  const without: ContainerRecord = {
    id,
    bundle: options.bundle,
    rootfs: "",
    created: new Date().toISOString(),
    owner: ownerName(),
    ownPidNamespace: isOwn(config, "pid"),
    namespaces: (config.linux?.namespaces ?? []).map(({ type }) => type),
    ...(resctrl !== undefined && { resctrl: resctrl.record }),
  };
  const { driver, directories } = cgroup;
  const placed: ContainerRecord = {
    ...without,
    cgroup: { path: cgroupPath(cgroup, cgroupsPath), driver },
    cgroupDirectories: directories,
  };
  // before there is a cgroup: whoever finds this after a crash knows of it
  store.write(placed);
  resctrl?.create();
  const ownsCgroup = isSystemd || (await makeCgroup(runtime, cgroup, config));
  using idmapped = await IdmappedMounts.take(config, options.bundle);
  const facts = gatherFacts(
    options.bundle,
    config,
    system,
    ownsCgroup ? cgroup : undefined,
    idmapped.mounts,
  );
  const record: ContainerRecord = {
    ...(ownsCgroup ? placed : without),
    rootfs: facts.rootfs,
  };
  const plan = planBundle(
    config,
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
  const place = async (pid: number): Promise<void> => {
    if (isSystemd)
      await cgroup.create(resourcesOf(config.linux?.resources), { pid });
    joinResctrl(resctrl?.record, pid);
    await moveNetDevices(config, pid);
  };
  const isPlaced = isSystemd || hasNetDevices(config) || resctrl !== undefined;
  const hooks = (pid: number) => runEarlyHooks({ ...record, pid }, config);
  const child = await spawnHeld(runtime, options, {
    record,
    config,
    plan,
    cgroups: ownsCgroup && !isSystemd ? Object.values(cgroup.directories) : [],
    pause: [
      ...(isPlaced ? [{ after: plan.afterIsolation, run: place }] : []),
      ...(hasEarlyHooks(config)
        ? [{ after: plan.afterMounts, run: hooks }]
        : []),
    ],
  });
  const { pid = 0 } = child;
  const made: ContainerRecord = {
    ...record,
    pid,
    startTime: readStat(pid)?.startTime ?? "",
  };
  try {
    store.write(made);
    if (options.pidFile !== undefined) writePidFile(options.pidFile, pid);
  } catch (error) {
    child.kill("SIGKILL");
    await untilEnded(made);
    throw error;
  }
  return { record: made, config, child };
}

function isOwn(config: Config, type: "pid"): boolean {
  const namespace = namespaceOf(config, type);
  return namespace !== undefined && isNew(namespace);
}

/** Makes the cgroup; without the right to, the container has none of its own, where that is no error. */
async function makeCgroup(
  runtime: Runtime,
  cgroup: CgroupManager,
  { linux }: Config,
): Promise<boolean> {
  try {
    await cgroup.create(resourcesOf(linux?.resources));
    return true;
  } catch (error) {
    if (!runtime.rootless) throw error;
    runtime.log.warn(
      `no cgroup for the container: ${error instanceof Error ? error.message : String(error)}`,
    );
    return false;
  }
}

/** By which it is found again: the path from the top, or systemd's name. */
function cgroupPath(
  { driver, path }: CgroupManager,
  configured: string | undefined,
): string {
  return driver === "systemd" ? (configured ?? path) : path;
}
