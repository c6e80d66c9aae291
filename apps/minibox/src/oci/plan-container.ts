import { accessSync, constants, existsSync } from "node:fs";
import { dirname } from "node:path";
import { readCgroups } from "@ns/cgroup";
import { checkContainerId, type Config } from "@ns/oci";
import { planSpawn } from "@ns/spawn";
import { inherited, type Inherited, type Step } from "@ns/syscalls";
import { isIdmapped } from "../plan/oci/idmapped.ts";
import { type JoinedMounts, joinedMounts } from "../plan/oci/namespaces.ts";
import { cgroupFor } from "./cgroup.ts";
import { checkTerminal, type CreateOptions } from "./create-options.ts";
import { pausesFor, planOf } from "./plan-of.ts";
import { loadConfig } from "./prepare.ts";
import type { Runtime } from "./runtime.ts";
import { seccompOf } from "./seccomp.ts";
import { terminalOptions } from "./terminal-options.ts";

/** Stands for a descriptor that would be open. */
const NONE = -1;

/**
 * Every syscall that the making of a container would take, in order. Nothing is made.
 * @throws {MiniboxError | OciError | SeccompError}
 */
export async function planContainer(
  runtime: Runtime,
  options: CreateOptions,
): Promise<readonly Step[]> {
  checkContainerId(options.id);
  const config = loadConfig(options.bundle, runtime);
  const { consoleSocket, terminal } = options;
  checkTerminal(config, {
    consoleSocket,
    terminal: terminal ?? (options.detached ? undefined : SIZE),
  });
  const system = readCgroups();
  const cgroup = await cgroupFor(
    options.id,
    config,
    runtime.cgroupManager,
    system,
  );
  const directories = Object.values(cgroup?.directories ?? {});
  const isSystemd = cgroup?.driver === "systemd";
  const owned = isSystemd || !runtime.rootless || directories.every(canBeMade);
  const { plan } = planOf(
    options,
    { config, system },
    {
      ...{ cgroup: owned ? cgroup : undefined, idmapped: standIns(config) },
      mountNamespace: standInFor(joinedMounts(config)),
      directory: runtime.store.directory(options.id),
    },
  );
  const seccomp = await seccompOf(config, { stateFor: notNow });
  const socket = consoleSocket === undefined ? undefined : NONE;
  return planSpawn(plan.file, plan.args, {
    ...plan.options,
    ...terminalOptions(config, options, socket),
    ...(owned && !isSystemd && { cgroup: directories }),
    ...(seccomp !== undefined && { seccomp }),
    pause: pausesFor(plan, config, {
      needsPlace: isSystemd || config.linux?.intelRdt !== undefined,
      place: notNow,
      hooks: notNow,
    }),
    hold: 3 + options.preserveFds,
  });
}

/** For the mounts that would be made beforehand. */
function standIns({ mounts = [] }: Config): Map<number, Inherited> {
  return new Map(
    mounts.flatMap((mount, i) =>
      isIdmapped(mount) ? [[i, inherited(NONE, `mounts[${i}]`)]] : [],
    ),
  );
}

/** For a namespace that would be open. */
function standInFor(joined: JoinedMounts | undefined): Inherited | undefined {
  return joined && inherited(NONE, joined.path);
}

/** What is done only when a container is made. */
function notNow(): never {
  throw new TypeError("a plan does nothing");
}

const SIZE = { cols: 80, rows: 24 };

/** Whether we may make a directory there. */
function canBeMade(path: string): boolean {
  if (!existsSync(path)) return canBeMade(dirname(path));
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    // EACCES, EROFS: that is the answer
    return false;
  }
}
