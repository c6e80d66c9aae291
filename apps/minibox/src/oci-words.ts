import { existsSync } from "node:fs";
import { resolve } from "node:path";

/** Commands that only an OCI runtime has. */
const OCI_ONLY = new Set([
  "create",
  "state",
  "kill",
  "delete",
  "list",
  "spec",
  "features",
  "ps",
  "exec",
  "pause",
  "resume",
  "update",
  "events",
  "checkpoint",
  "restore",
]);

/** Options that stand before a command, which only an OCI runtime has. */
const GLOBAL = new Set([
  ...["debug", "log", "log-format", "root", "criu", "systemd-cgroup"],
  ...["cgroup-manager", "rootless"],
]);

/** Options of `run` that only a bundle's has. */
const OF_BUNDLES = new Set([
  ...["bundle", "detach", "pid-file", "pidfd-socket", "console-socket"],
  ...["keep", "no-subreaper", "no-pivot", "no-new-keyring", "preserve-fds"],
]);

/**
 * Whether a command line is for the OCI runtime. `run` is for both: with an option that only bundles have, or with one
 * word, no `--`, and a config.json in the current directory, it runs a bundle; otherwise a command in a sandbox.
 */
export function isForOci([word = "", ...args]: readonly string[]): boolean {
  if (OCI_ONLY.has(word) || GLOBAL.has(optionOf(word))) return true;
  if (word === "start") return args.length > 0;
  if (word !== "run") return false;
  let isBundle = false;
  for (const arg of args) {
    if (!arg.startsWith("-")) break;
    if (arg === "--") return false;
    isBundle ||= OF_BUNDLES.has(optionOf(arg)) || isShort(arg);
  }
  if (isBundle) return true;
  const words = args.filter((arg) => arg !== "--plan");
  return (
    words.length === 1 &&
    words[0]?.startsWith("-") === false &&
    existsSync(resolve("config.json"))
  );
}

/** The name of an option, without what it is set to; of anything else nothing. */
function optionOf(arg: string): string {
  if (!arg.startsWith("-")) return "";
  const [name = ""] = arg.split("=", 1);
  return name.slice(name.startsWith("--") ? 2 : 1);
}

function isShort(arg: string): boolean {
  const [name] = arg.split("=", 1);
  return name === "-b" || name === "-d";
}
