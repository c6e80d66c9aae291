import { closeSync, constants, openSync, readFileSync } from "node:fs";
import { homeIn } from "@ns/idmap";
import {
  type Config,
  type ExecCpuAffinity,
  type Process,
  validateProcess,
} from "@ns/oci";
import { type Child, spawn } from "@ns/spawn";
import { inherited, joinSessionKeyring, step, type Step } from "@ns/syscalls";
import { MiniboxError } from "../error.ts";
import { numbersIn, writeExecSettings } from "../plan/oci/kernel-settings.ts";
import {
  numbersOf,
  planFinalAffinity,
  planProcess,
  prepareProcess,
} from "../plan/oci/process.ts";
import { becomeRoot } from "../plan/oci/container.ts";
import { namespaceOf } from "../plan/oci/namespaces.ts";
import { checkLabels } from "../plan/oci/security-labels.ts";
import { unsupported } from "../plan/oci/unsupported.ts";
import { cgroupOf } from "./cgroup.ts";
import { ContainerRoot } from "./container-root.ts";
import { connectTo, sendPidfd } from "./fd-socket.ts";
import { namespacesOf } from "./namespaces-of.ts";
import { writePidFile } from "./pid-file.ts";
import { terminalOptions } from "./terminal-options.ts";
import { execError } from "./exec-error.ts";
import { hasAppArmor, hasSelinux } from "./gather-facts.ts";
import { groupsAreFixed } from "./groups-are-fixed.ts";
import { InitProcess } from "./init-process.ts";
import { resctrlPause } from "./resctrl.ts";
import type { Runtime } from "./runtime.ts";
import { seccompOf } from "./seccomp.ts";
import { stateOf, statusOf } from "./status.ts";
import { storedConfig } from "./stored-config.ts";

/** The options of `exec`, besides what the process is. */
export interface ExecOptions {
  readonly id: string;
  readonly pidFile?: string | undefined;
  readonly consoleSocket?: string | undefined;
  readonly pidfdSocket?: string | undefined;
  readonly preserveFds: number;
  /** Below the container's own, by controller or for all (`""`). */
  readonly cgroup?: Readonly<Record<string, string>>;
  readonly ignorePaused: boolean;
  /** Whether the process is left to whoever adopts it. */
  readonly detached: boolean;
  readonly terminal?: { readonly cols: number; readonly rows: number };
}

/**
 * Runs another process in a container: in its namespaces and its cgroup, under its filter, and with no more capabilities
 * than the container has.
 * @throws {MiniboxError | SyscallError}
 */
export async function execProcess(
  runtime: Runtime,
  process: Process,
  options: ExecOptions,
): Promise<Child> {
  const { store } = runtime;
  const record = store.read(options.id);
  const config = storedConfig(store, options.id);
  validateProcess(process);
  const modules = { hasAppArmor: hasAppArmor(), hasSelinux: hasSelinux() };
  checkLabels(process, "", modules);
  const status = statusOf(store, record);
  if (status === "stopped")
    throw new MiniboxError(
      "ERR_NOT_RUNNING",
      "cannot exec in a stopped container",
    );
  if (status === "paused" && !options.ignorePaused)
    throw new MiniboxError(
      "ERR_PAUSED",
      "cannot exec in a paused container (use --ignore-paused to override)",
    );
  using init = InitProcess.open(record);
  checkBounds(process, init.pid);
  const {
    file,
    args,
    options: own,
  } = planProcess(process, {
    homeOf: (uid) => homeIn(`/proc/${init.pid}/root`, uid),
    groupsAreFixed: groupsAreFixed(init.pid),
    preserveFds: options.preserveFds,
  });
  const seccomp = await seccompOf(
    { ...config, process },
    {
      root: store.root,
      stateFor: () => stateOf(record, status, config.annotations),
    },
  );
  const { initial = "" } = affinityOf(config, process);
  using root = ContainerRoot.open(init.pid, config);
  const socket = connectTo(options.consoleSocket);
  const pty = terminalOptions({ process }, options, socket).pty;
  const [target] = namespacesOf(init.pid, config);
  const cgroup = await cgroupOf(record);
  const directories = cgroupsFor(cgroup?.directories, options);
  // the host's, which nothing in the container is mounted over
  const proc = openSync("/proc", constants.O_RDONLY | constants.O_DIRECTORY);
  const oomScoreAdj = process.oomScoreAdj ?? config.process?.oomScoreAdj;
  const scored =
    oomScoreAdj === undefined ? process : { ...process, oomScoreAdj };
  try {
    const child = spawn(file, args, {
      ...own,
      orphan: options.detached,
      ...resctrlPause(record),
      ...(initial !== "" && { cpus: numbersIn(initial) }),
      setup: [
        ...root.steps,
        ...prepare(config, process, options.id),
        ...writeExecSettings(inherited(proc, "/proc"), scored, modules),
      ],
      ...(target !== undefined &&
        "kinds" in target && {
          join: [{ pidfd: init.pidfd, kinds: target.kinds }],
        }),
      ...(directories.length > 0 && { cgroup: directories }),
      ...(seccomp !== undefined && { seccomp }),
      // /dev/console is the first process's
      ...(pty !== undefined && { pty: { ...pty, console: undefined } }),
    });
    await child.spawned;
    tellOf(child, options);
    return child;
  } catch (error) {
    throw execError(error, file);
  } finally {
    closeSync(proc);
    if (socket !== undefined) closeSync(socket);
  }
}

/** Tells who wants to know which process it is; one that nobody can be told of is not left. */
function tellOf(
  child: Child,
  { pidfdSocket, pidFile }: Pick<ExecOptions, "pidfdSocket" | "pidFile">,
): void {
  const { pid = 0 } = child;
  try {
    sendPidfd(pidfdSocket, pid, "setns");
    if (pidFile !== undefined) writePidFile(pidFile, pid);
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
}

function prepare(config: Config, process: Process, id: string): Step[] {
  const why = "no keys of the caller's";
  return [
    ...(namespaceOf(config, "user") === undefined ? [] : becomeRoot()),
    step(joinSessionKeyring(`_ses.${id}`), {
      why,
      ignore: ["ENOSYS", "EPERM", "EDQUOT", "EACCES"],
    }),
    ...planFinalAffinity(affinityOf(config, process)),
    ...prepareProcess(process),
  ];
}

function affinityOf(config: Config, process: Process): ExecCpuAffinity {
  return process.execCPUAffinity ?? config.process?.execCPUAffinity ?? {};
}

/**
 * Checks that a process gets no capability beyond the container's.
 * @throws {MiniboxError} for one that the container does not have.
 */
function checkBounds({ capabilities = {} }: Process, pid: number): void {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const [, bounding = "0"] = /^CapBnd:\s*([0-9a-f]+)$/m.exec(status) ?? [];
  const mask = BigInt(`0x${bounding}`);
  for (const [set, names] of Object.entries(capabilities)) {
    for (const name of names as readonly string[]) {
      const [number] = numbersOf([name]);
      if (number === undefined || (mask & (1n << BigInt(number))) !== 0n)
        continue;
      throw unsupported(
        `process.capabilities.${set}`,
        `the container itself does not have ${name}`,
      );
    }
  }
}

function cgroupsFor(
  own: Readonly<Record<string, string>> = {},
  { cgroup = {} }: ExecOptions,
): string[] {
  return Object.entries(own).map(([controller, directory]) => {
    const below = cgroup[controller] ?? cgroup[""] ?? "";
    const parts = below.split("/").filter((part) => part !== "");
    if (parts.includes(".."))
      throw unsupported("--cgroup", `'${below}' leads out of the container's`);
    return [directory, ...parts].join("/");
  });
}
