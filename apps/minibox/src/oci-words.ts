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
const GLOBAL =
  /^--?(debug|log|log-format|root|criu|systemd-cgroup|cgroup-manager|rootless)(=|$)/;

/** Options of `run` that only a bundle's has. */
const OF_BUNDLES =
  /^(-b|-d|--?(bundle|detach|pid-file|pidfd-socket|console-socket|keep|no-subreaper|no-pivot|no-new-keyring|preserve-fds))(=|$)/;

/**
 * Whether a command line is for the OCI runtime. `run` is for both: with an option that only bundles have, or with one
 * word, no `--`, and a config.json in the current directory, it runs a bundle; otherwise a command in a sandbox.
 */
export function isForOci([word = "", ...args]: readonly string[]): boolean {
  if (GLOBAL.test(word) || OCI_ONLY.has(word)) return true;
  if (word === "start") return args.length > 0;
  if (word !== "run") return false;
  const end = args.findIndex((arg) => !arg.startsWith("-"));
  const options = end < 0 ? args : args.slice(0, end);
  if (options.includes("--")) return false;
  if (options.some((arg) => OF_BUNDLES.test(arg))) return true;
  const words = args.filter((arg) => arg !== "--plan");
  return (
    words.length === 1 &&
    words[0]?.startsWith("-") === false &&
    existsSync(resolve("config.json"))
  );
}
