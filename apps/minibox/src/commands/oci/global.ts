import { existsSync } from "node:fs";
import { isInitialUserNamespace } from "../../host/privileges.ts";
import { Log } from "../../oci/log.ts";
import type { Runtime } from "../../oci/runtime.ts";
import { Store } from "../../oci/store.ts";
import {
  type FlagTable,
  type ParsedFlags,
  parseFlags,
  usage,
} from "./flags.ts";

/** What may stand before a command. */
export const GLOBAL_FLAGS = {
  debug: ["switch", "log what is done, too"],
  log: [
    "value",
    "file that warnings and errors are logged to; default: stderr",
  ],
  "log-format": ["value", "text (the default) or json"],
  root: [
    "value",
    "directory of the containers' states; default: /run/minibox, of users $XDG_RUNTIME_DIR/minibox",
  ],
  criu: ["value", "not used"],
  "systemd-cgroup": [
    "switch",
    "cgroups are made by systemd; cgroupsPath is slice:prefix:name",
  ],
  "cgroup-manager": [
    "value",
    "as crun's: cgroupfs (the default), systemd or disabled",
  ],
  rootless: [
    "value",
    "without the right to make cgroups go on: true, false, or auto (the default): for users",
  ],
  "h|help": ["switch", "show help"],
  "v|version": ["switch", "print the version"],
} as const satisfies FlagTable;

/** What the words before a command mean, and the command with what follows it. */
export function parseGlobal(args: readonly string[]): ParsedFlags {
  return parseFlags(args, GLOBAL_FLAGS, { endAtWord: true });
}

/**
 * The log that is asked for.
 * @throws {MiniboxError | Error} for another format, or a file that cannot be opened.
 */
export function logOf(flags: ParsedFlags): Log {
  const format = flags.value("log-format") ?? "text";
  if (format !== "text" && format !== "json")
    throw usage(`invalid log-format: ${format}`, "text and json are known");
  const file = flags.value("log") ?? "";
  return new Log(
    {
      file: file === "" || file === "/dev/stderr" ? undefined : file,
      format,
      debug: flags.has("debug"),
    },
    // loaded when there is something to say
    (fd) => process.getBuiltinModule("node:tty").isatty(fd),
  );
}

/**
 * What the options of all commands say.
 * @throws {MiniboxError} for what cannot be meant.
 */
export function runtimeOf(flags: ParsedFlags, log: Log): Runtime {
  const rootless = flags.value("rootless") ?? "auto";
  if (!["true", "false", "auto"].includes(rootless))
    throw usage(`invalid rootless "${rootless}": expected true, false or auto`);
  return {
    // not every command has to do with containers
    get store() {
      return new Store(flags.value("root") ?? defaultRoot());
    },
    log,
    cgroupManager: cgroupManager(flags),
    // nor to ask for the right to make cgroups
    get rootless() {
      return isRootless(rootless);
    },
  };
}

/** runc's `--systemd-cgroup`, or crun's `--cgroup-manager`. */
function cgroupManager(flags: ParsedFlags): Runtime["cgroupManager"] {
  if (flags.has("systemd-cgroup")) return "systemd";
  const name = flags.value("cgroup-manager") ?? "cgroupfs";
  if (name === "cgroupfs" || name === "systemd" || name === "disabled")
    return name;
  throw usage(
    `invalid cgroup-manager: ${name}`,
    "cgroupfs, systemd and disabled are known",
  );
}

function defaultRoot(): string {
  if (!isUsersOwn()) return "/run/minibox";
  const uid = process.geteuid?.() ?? 0;
  const { XDG_RUNTIME_DIR: told = "" } = process.env;
  // where systemd puts it
  const directory = told === "" ? `/run/user/${uid}` : told;
  if (existsSync(directory)) return `${directory}/minibox`;
  throw usage(
    told === ""
      ? `XDG_RUNTIME_DIR is not set, and there is no ${directory}`
      : `there is no directory ${directory}, which XDG_RUNTIME_DIR names`,
    "--root DIR tells where the states of containers are kept",
  );
}

/** Whether we are an ordinary user, also as the root of a user namespace, as engines without root call us. */
function isUsersOwn(): boolean {
  if (process.geteuid?.() !== 0) return true;
  if (isInitialUserNamespace()) return false;
  const { USER, XDG_RUNTIME_DIR: told = "" } = process.env;
  return told !== "" && USER !== "root";
}

/** What `--rootless` means, where `auto` is for whoever has no right to the machine's cgroups. */
function isRootless(text: string): boolean {
  if (text !== "auto") return text === "true";
  return process.geteuid?.() !== 0 || !isInitialUserNamespace();
}
