import { Log } from "../../oci/log.ts";
import type { Runtime } from "../../oci/runtime.ts";
import { Store } from "../../oci/store.ts";
import { type ParsedFlags, parseFlags, usage } from "./flags.ts";

/** What may stand before a command. */
export const GLOBAL_FLAGS = {
  debug: "switch",
  log: "value",
  "log-format": "value",
  root: "value",
  criu: "value",
  "systemd-cgroup": "switch",
  "cgroup-manager": "value",
  rootless: "value",
  "h|help": "switch",
  "v|version": "switch",
} as const;

/** What the words before a command mean, and the command with what follows it. */
export function parseGlobal(args: readonly string[]): {
  readonly runtime: Runtime;
  readonly flags: ParsedFlags;
} {
  const flags = parseFlags(args, GLOBAL_FLAGS);
  const format = flags.value("log-format") ?? "text";
  if (format !== "text" && format !== "json")
    throw usage(`invalid log-format "${format}": expected text or json`);
  const file = flags.value("log");
  const log = new Log(
    file === "" || file === "/dev/stderr" ? undefined : file,
    format,
    flags.has("debug"),
  );
  return {
    flags,
    runtime: {
      store: new Store(flags.value("root") ?? defaultRoot()),
      log,
      cgroupManager: cgroupManager(flags),
      rootless: isRootless(flags.value("rootless") ?? "auto"),
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
    `invalid cgroup-manager "${name}": expected cgroupfs, systemd or disabled`,
  );
}

function defaultRoot(): string {
  const directory = process.env["XDG_RUNTIME_DIR"] ?? "";
  return directory !== "" && isUsersOwn()
    ? `${directory}/minibox`
    : "/run/minibox";
}

/** Whether we are an ordinary user, also as the root of a user namespace, as engines without root call us. */
function isUsersOwn(): boolean {
  if (process.geteuid?.() !== 0) return true;
  return isInUserNamespace() && process.env["USER"] !== "root";
}

function isRootless(text: string): boolean {
  switch (text) {
    case "true":
      return true;
    case "false":
      return false;
    case "auto":
      return process.geteuid?.() !== 0 || isInUserNamespace();
    default:
      throw usage(`invalid rootless "${text}": expected true, false or auto`);
  }
}

function isInUserNamespace(): boolean {
  const { readFileSync } = process.getBuiltinModule("node:fs");
  const map = readFileSync("/proc/self/uid_map", "utf8");
  return map.trim().split(/\s+/).join(" ") !== "0 0 4294967295";
}
