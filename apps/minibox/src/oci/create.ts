import { CgroupError, type CgroupManager } from "@ns/cgroup";
import type { Config } from "@ns/oci";
import type { Child } from "@ns/spawn";
import { hasEarlyHooks } from "../plan/oci/hook-root.ts";
import { isNew, joinedMounts, namespaceOf } from "../plan/oci/namespaces.ts";
import { cgroupFor, limitsOf, placeOf } from "./cgroup.ts";
import { confirmCgroups } from "./confirm-cgroups.ts";
import { confirmPrivileges } from "./confirm-privileges.ts";
import { checkTerminal, type CreateOptions } from "./create-options.ts";
import { runEarlyHooks } from "./early-hooks.ts";
import { sendPidfd } from "./fd-socket.ts";
import { makeFoothold } from "./foothold.ts";
import { IdmappedMounts } from "./idmapped-mounts.ts";
import { makeCgroup, refuseOccupied } from "./make-cgroup.ts";
import { MountNamespace } from "./mount-namespace.ts";
import { moveNetDevices } from "./net-devices.ts";
import { makeNotifyDirectory } from "./notify-socket.ts";
import { writePidFile } from "./pid-file.ts";
import { readStat, untilEnded } from "./process-stat.ts";
import { pausesFor, planOf } from "./plan-of.ts";
import { type Prepared, prepare } from "./prepare.ts";
import { joinResctrl, removeResctrl, Resctrl } from "./resctrl.ts";
import type { Runtime } from "./runtime.ts";
import { spawnHeld } from "./spawn-held.ts";
import type { ContainerRecord } from "./store.ts";

/** A container that waits to be started. */
export interface CreatedContainer {
  readonly record: ContainerRecord;
  readonly config: Config;
  readonly child: Child;
}

/**
 * Makes a container: everything but its program, which waits for `start`. Whatever fails, nothing is left.
 * @throws {MiniboxError | OciError | SyscallError}
 */
export async function createContainer(
  runtime: Runtime,
  options: CreateOptions,
  prepared: Prepared = prepare(options.bundle, runtime),
): Promise<CreatedContainer> {
  const { store } = runtime;
  const { config, system } = prepared;
  checkTerminal(config, {
    consoleSocket: options.consoleSocket,
    terminal: options.terminal,
  });
  store.reserve(options.id);
  let manager: CgroupManager | undefined;
  try {
    store.writeConfig(options.id, config);
    makeNotifyDirectory(options.notifyDirectory);
    if (joinedMounts(config) !== undefined)
      makeFoothold(store.directory(options.id));
    manager = await cgroupFor(
      options.id,
      config,
      runtime.cgroupManager,
      system,
    );
    return await makeContainer(runtime, options, prepared, manager);
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

async function makeContainer(
  runtime: Runtime,
  options: CreateOptions,
  prepared: Prepared,
  cgroup: CgroupManager | undefined,
): Promise<CreatedContainer> {
  const { store } = runtime;
  const { config, system } = prepared;
  const { id } = options;
  const isSystemd = cgroup?.driver === "systemd";
  // before anything is made: what cannot be is an error then
  using idmapped = await IdmappedMounts.take(config, options.bundle);
  using joined = MountNamespace.open(config);
  const taken = {
    idmapped: idmapped.mounts,
    mountNamespace: joined.file,
    directory: store.directory(id),
  };
  const planned = planOf(options, prepared, { ...taken, cgroup });
  const resctrl = Resctrl.of(config, id);
  const without: ContainerRecord = {
    id,
    bundle: options.bundle,
    rootfs: planned.rootfs,
    created: new Date().toISOString(),
    ...(config.annotations !== undefined && {
      annotations: config.annotations,
    }),
    hasHooks: config.hooks !== undefined,
    ownPidNamespace: isOwn(config, "pid"),
    namespaces: (config.linux?.namespaces ?? []).map(({ type }) => type),
    ...(resctrl !== undefined && { resctrl: resctrl.record }),
  };
  const placed: ContainerRecord = {
    ...without,
    ...(cgroup !== undefined && placeOf(id, config, cgroup)),
  };
  if (cgroup !== undefined && !isSystemd) refuseOccupied(cgroup);
  // before there is a cgroup: whoever finds this after a crash knows of it
  store.write(placed);
  resctrl?.create();
  const own = isSystemd ? cgroup : await makeCgroup(runtime, cgroup, config);
  const record = own === undefined ? without : placed;
  const { plan } = own === cgroup ? planned : planOf(options, prepared, taken);
  const place = async (pid: number): Promise<void> => {
    if (isSystemd) await cgroup.create(limitsOf(config, runtime), { pid });
    joinResctrl(resctrl?.record, pid);
    await moveNetDevices(config, pid);
  };
  runtime.log.write(
    "debug",
    `the container ${id} takes ${plan.options.setup?.length ?? 0} steps; --plan shows them`,
  );
  const confirm = (pid: number): void => {
    if (own !== undefined) confirmCgroups(pid, own.directories, system);
  };
  const hooks = async (pid: number): Promise<void> => {
    // they may move it
    confirm(pid);
    await runEarlyHooks({ ...record, pid }, config, taken.directory);
  };
  const child = await spawnHeld(runtime, options, {
    record,
    config,
    plan,
    cgroups: isSystemd ? [] : Object.values(own?.directories ?? {}),
    pause: pausesFor(plan, config, {
      needsPlace: isSystemd || resctrl !== undefined,
      place,
      hooks,
    }),
  });
  const { pid = 0 } = child;
  const made: ContainerRecord = {
    ...record,
    pid,
    startTime: readStat(pid)?.startTime ?? "",
  };
  runtime.log.write("debug", `process ${pid} waits to be started`);
  try {
    if (!hasEarlyHooks(config)) confirm(pid);
    if (isFilteredEarly(config))
      confirmPrivileges(pid, plan.options, {
        mapsIds: namespaceOf(config, "user") !== undefined,
      });
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

/** Whether the filter is in force before privileges are given up: without no_new_privs it takes some to install it. */
function isFilteredEarly({ linux, process }: Config): boolean {
  return linux?.seccomp !== undefined && process?.noNewPrivileges !== true;
}

function isOwn(config: Config, type: "pid"): boolean {
  const namespace = namespaceOf(config, type);
  return namespace !== undefined && isNew(namespace);
}
