import { readFileSync } from "node:fs";
import { parseProcess, type Process } from "@ns/oci";
import { parseUserSpec } from "../../oci/user-spec.ts";
import { execProcess } from "../../oci/exec.ts";
import { forwardToBundle, signalNumberOf } from "../../signals.ts";
import { attachTerminal, terminalSize } from "../../terminal.ts";
import { absolute, checkOpen } from "./create-flags.ts";
import type { Runtime } from "../../oci/runtime.ts";
import { idOf, type OciCommand } from "./command.ts";
import { type FlagTable, numberOf, type ParsedFlags, usage } from "./flags.ts";
import { storedConfig } from "../../oci/stored-config.ts";

const FLAGS = {
  "console-socket": [
    "value",
    "Unix socket that the master of the terminal is sent to",
  ],
  "pidfd-socket": [
    "value",
    "Unix socket that a pidfd of the process is sent to",
  ],
  cwd: ["value", "working directory"],
  "e|env": ["list", "a variable, NAME=VALUE"],
  "t|tty": ["switch", "a terminal of its own"],
  "u|user": ["value", "<uid>[:<gid>]"],
  "g|additional-gids": ["list", "one more group"],
  "p|process": [
    "value",
    "file of the process in JSON, as `process` of config.json",
  ],
  "d|detach": ["switch", "do not wait for its end"],
  "pid-file": ["value", "file that the process's id is written to"],
  "process-label": ["value", "SELinux label"],
  apparmor: ["value", "AppArmor profile"],
  "no-new-privs": ["switch", "it cannot get more privileges"],
  "c|cap": ["list", "one more capability"],
  "preserve-fds": [
    "value",
    "pass on so many descriptors after stderr and those of $LISTEN_FDS",
  ],
  cgroup: [
    "list",
    "run in this cgroup below the container's: [CONTROLLER,…:]PATH",
  ],
  "ignore-paused": ["switch", "also if the container is paused"],
} as const satisfies FlagTable;

/** `minibox exec`. */
export const exec: OciCommand = {
  words: "ID COMMAND [ARG…] | -p FILE ID",
  about: "run another process in a container",
  flags: FLAGS,
  count: [1, Infinity],
  passesOn: true,
  run: execute,
};

async function execute(runtime: Runtime, flags: ParsedFlags): Promise<number> {
  const [id, ...command] = idOf(flags);
  const file = flags.value("process");
  const config = storedConfig(runtime.store, id);
  const process =
    file === undefined
      ? fromFlags(flags, command, config.process)
      : parseProcess(readFileSync(file));
  const detached = flags.has("detach");
  const shows =
    process.terminal === true &&
    !detached &&
    flags.value("console-socket") === undefined;
  if (
    process.terminal === true &&
    detached &&
    flags.value("console-socket") === undefined
  )
    throw usage(
      "cannot allocate tty if runc will detach without setting console socket",
    );
  const preserveFds = numberOf(flags, "preserve-fds") ?? 0;
  checkOpen(preserveFds);
  const child = await execProcess(runtime, process, {
    id,
    pidFile: absolute(flags.value("pid-file")),
    consoleSocket: flags.value("console-socket"),
    pidfdSocket: flags.value("pidfd-socket"),
    preserveFds,
    cgroup: cgroupsOf(flags.values("cgroup")),
    detached,
    ignorePaused: flags.has("ignore-paused"),
    ...(shows && { terminal: terminalSize() }),
  });
  if (detached) {
    child.unref();
    return 0;
  }
  const stop = forwardToBundle(child);
  const detach = shows ? attachTerminal(child) : undefined;
  try {
    const { code, signal } = await child.exited;
    return code ?? 128 + signalNumberOf(signal);
  } finally {
    await detach?.();
    stop();
  }
}

/** The container's own process, but for what flags say; as runc. */
function fromFlags(
  flags: ParsedFlags,
  command: readonly string[],
  base: Process | undefined,
): Process {
  if (command.length === 0) throw usage("process args cannot be empty");
  if (base === undefined) throw usage("the container has no process");
  for (const name of ["process-label", "apparmor"])
    if ((flags.value(name) ?? "") !== "")
      throw usage(`--${name} is not supported on this machine`);
  const added = flags.values("cap").map((name) => name.toUpperCase());
  const gids = flags.values("additional-gids").map(Number);
  if (gids.some((gid) => !Number.isInteger(gid)))
    throw usage("invalid value for flag -additional-gids: expected numbers");
  const user = flags.value("user");
  return {
    ...base,
    args: command,
    terminal: flags.has("tty"),
    cwd: flags.value("cwd") ?? base.cwd,
    env: [...(base.env ?? []), ...flags.values("env")],
    user: {
      ...(base.user ?? { uid: 0, gid: 0 }),
      ...(user !== undefined && parseUserSpec(user)),
      ...(gids.length > 0 && {
        additionalGids: [...(base.user?.additionalGids ?? []), ...gids],
      }),
    },
    noNewPrivileges: flags.has("no-new-privs")
      ? true
      : (base.noNewPrivileges ?? false),
    ...(added.length > 0 && { capabilities: withCapabilities(base, added) }),
  };
}

function withCapabilities(
  { capabilities = {} }: Process,
  added: readonly string[],
): NonNullable<Process["capabilities"]> {
  const join = (set: readonly string[] = []): string[] => [
    ...new Set([...set, ...added]),
  ];
  return {
    ...capabilities,
    bounding: join(capabilities.bounding),
    effective: join(capabilities.effective),
    permitted: join(capabilities.permitted),
  };
}

/** `[controller:]path`, a comma between controllers. */
function cgroupsOf(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.flatMap((text): [string, string][] => {
      const at = text.indexOf(":");
      if (at < 0) return [["", text]];
      const path = text.slice(at + 1);
      return text
        .slice(0, at)
        .split(",")
        .map((controller) => [controller, path]);
    }),
  );
}
