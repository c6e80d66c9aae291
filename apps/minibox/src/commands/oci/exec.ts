import { readFileSync } from "node:fs";
import { parseProcess, type Process } from "@ns/oci";
import { parseUserSpec } from "../../oci/user-spec.ts";
import { execProcess } from "../../oci/exec.ts";
import { forwardSignals, signalNumberOf } from "../../signals.ts";
import { attachTerminal, terminalSize } from "../../terminal.ts";
import { absolute, activatedFds, checkOpen } from "./create-flags.ts";
import {
  idOf,
  numberOf,
  type ParsedFlags,
  parseFlags,
  usage,
} from "./flags.ts";
import type { OciCommand } from "./main.ts";

const FLAGS = {
  "console-socket": "value",
  "pidfd-socket": "value",
  cwd: "value",
  "e|env": "list",
  "t|tty": "switch",
  "u|user": "value",
  "g|additional-gids": "list",
  "p|process": "value",
  "d|detach": "switch",
  "pid-file": "value",
  "process-label": "value",
  apparmor: "value",
  "no-new-privs": "switch",
  "c|cap": "list",
  "preserve-fds": "value",
  cgroup: "list",
  "ignore-paused": "switch",
} as const;

/** `minibox exec`. */
export const exec: OciCommand = async (runtime, args) => {
  const flags = parseFlags(args, FLAGS);
  const [id, ...command] = idOf(flags, "exec", 100_000);
  const file = flags.value("process");
  const config = runtime.store.config(id);
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
  const preserveFds = (numberOf(flags, "preserve-fds") ?? 0) + activatedFds();
  checkOpen(preserveFds);
  const child = await execProcess(runtime, process, {
    id,
    pidFile: absolute(flags.value("pid-file")),
    consoleSocket: flags.value("console-socket"),
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
  const stop = forwardSignals(child);
  const detach = shows ? attachTerminal(child) : undefined;
  try {
    const { code, signal } = await child.exited;
    return code ?? 128 + signalNumberOf(signal);
  } finally {
    await detach?.();
    stop();
  }
};

/** The container's own process, but for what flags say; as runc. */
function fromFlags(
  flags: ParsedFlags,
  command: readonly string[],
  base: Process | undefined,
): Process {
  if (command.length === 0) throw usage('"exec" requires a command');
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
