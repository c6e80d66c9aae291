import type { Host } from "./host/host.ts";
import type { RunOptions } from "./options.ts";

/** Where a distribution's programs are. */
const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Of the host's variables, those that say how to talk to its user and where its programs are; no secrets. */
const FROM_HOST = [
  "PATH",
  "LANG",
  "LANGUAGE",
  "LC_ALL",
  "LC_CTYPE",
  "TZ",
  "COLORTERM",
];

/** The variables of whoever started us: bin/minibox sets aside what Node would take for itself. */
export function callersVariables(env: Host["env"]): Host["env"] {
  const { MINIBOX_NODE_OPTIONS: nodeOptions, ...others } = env;
  return nodeOptions === undefined
    ? others
    : { ...others, NODE_OPTIONS: nodeOptions };
}

/**
 * The environment of a command: nothing of the caller's, but on a copy of the caller's own machine its PATH, language
 * and time zone.
 */
export function defaultEnvironment(
  run: Pick<RunOptions, "rootfs" | "terminal" | "env">,
  host: Pick<Host, "env">,
  facts: { readonly home: string; readonly hostname: string },
): Record<string, string> {
  const env: Record<string, string> = { PATH };
  for (const name of run.rootfs === undefined ? FROM_HOST : []) {
    const value = host.env[name];
    if (value !== undefined) env[name] = value;
  }
  env["HOME"] = facts.home;
  env["HOSTNAME"] = facts.hostname;
  env["container"] = "minibox";
  if (run.terminal !== undefined) env["TERM"] = host.env["TERM"] ?? "xterm";
  return { ...env, ...run.env };
}
