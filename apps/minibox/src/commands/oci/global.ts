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
      systemdCgroup: flags.has("systemd-cgroup"),
      rootless: isRootless(flags.value("rootless") ?? "auto"),
    },
  };
}

function defaultRoot(): string {
  const directory = process.env["XDG_RUNTIME_DIR"];
  if (process.geteuid?.() === 0 || directory === undefined || directory === "")
    return "/run/minibox";
  return `${directory}/minibox`;
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
