import { closeSync, existsSync, openSync } from "node:fs";
import { CgroupError, type CgroupManager } from "@ns/cgroup";
import type { Config } from "@ns/oci";
import { type Child, spawn } from "@ns/spawn";
import { AtFlags, FileMode, invoke, mknodat } from "@ns/syscalls";
import type { BundlePlan } from "../plan/oci/container.ts";
import { isNew, namespaceOf } from "../plan/oci/namespaces.ts";
import { cgroupFor, limitsOf, pathOf } from "./cgroup.ts";
import { checkTerminal, type CreateOptions } from "./create-options.ts";
import { connectTo, sendPidfd } from "./fd-socket.ts";
import { execError } from "./exec-error.ts";
import { runHooks } from "./hooks.ts";
import { makeCgroup } from "./make-cgroup.ts";
import { namespacesOf } from "./namespaces-of.ts";
import { writePidFile } from "./pid-file.ts";
import { terminalOptions } from "./terminal-options.ts";
import { readStat, untilEnded } from "./init-process.ts";
import { pausesFor, planOf } from "./plan-of.ts";
import { type Prepared, prepare } from "./prepare.ts";
import type { Runtime } from "./runtime.ts";
import { seccompOf } from "./seccomp.ts";
import { stateOf } from "./status.ts";
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
    manager = await cgroupFor(
      options.id,
      config,
      runtime.systemdCgroup,
      system,
    );
    return await makeContainer(runtime, options, prepared, manager);
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
async function makeContainer(
  runtime: Runtime,
  options: CreateOptions,
  prepared: Prepared,
  cgroup: CgroupManager,
): Promise<CreatedContainer> {
  const { store } = runtime;
  const { config } = prepared;
  const { id } = options;
  const isSystemd = cgroup.driver === "systemd";
  // before anything is made: what cannot be is an error then
  const planned = planOf(options, prepared, cgroup);
  const without: ContainerRecord = {
    id,
    bundle: options.bundle,
    rootfs: planned.rootfs,
    created: new Date().toISOString(),
    ownPidNamespace: isOwn(config, "pid"),
    namespaces: (config.linux?.namespaces ?? []).map(({ type }) => type),
  };
  const { driver, directories } = cgroup;
  const placed = {
    ...without,
    cgroup: { path: pathOf(id, config, cgroup), driver },
    cgroupDirectories: directories,
  };
  if (!isSystemd) refuseOccupied(cgroup);
  // before there is a cgroup: whoever finds this after a crash knows of it
  store.write(placed);
  const ownsCgroup = isSystemd || (await makeCgroup(runtime, cgroup, config));
  const record = ownsCgroup ? placed : without;
  const { plan } = ownsCgroup ? planned : planOf(options, prepared, undefined);
  const { hooks = {} } = config;
  const pauses = pausesFor(config, isSystemd);
  const atPause = async (pid: number): Promise<void> => {
    if (isSystemd) await cgroup.create(limitsOf(config, runtime), { pid });
    const state = stateOf({ ...record, pid }, "creating", config.annotations);
    await runHooks(hooks.prestart, { name: "prestart", state });
    await runHooks(hooks.createRuntime, { name: "createRuntime", state });
    await runHooks(hooks.createContainer, {
      ...{ name: "createContainer", state },
      join: namespacesOf(pid, config),
    });
  };
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

function isOwn(config: Config, type: "pid"): boolean {
  const namespace = namespaceOf(config, type);
  return namespace !== undefined && isNew(namespace);
}

/** Processes in there are another's, and remain so when we are killed before we can say so. */
function refuseOccupied(cgroup: CgroupManager): void {
  const isThere = Object.values(cgroup.directories).some((path) =>
    existsSync(path),
  );
  const count = isThere ? cgroup.processes().length : 0;
  if (count > 0)
    throw new CgroupError(
      "ERR_CGROUP_EXISTS",
      `cannot create cgroup '${cgroup.path}': it exists, with ${count} processes`,
      { hint: "take another linux.cgroupsPath, or remove what is there" },
    );
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
