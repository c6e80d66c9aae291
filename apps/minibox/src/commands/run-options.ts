import { parseArgs, type ParseArgsConfig } from "node:util";
import { MiniboxError } from "../error.ts";
import type { RunOptions, Volume } from "../options.ts";

/** The command line of `minibox run`, taken apart. */
export interface RunCommandLine {
  readonly options: Omit<RunOptions, "terminal" | "seccomp">;
  readonly plan: boolean;
  readonly help: boolean;
  /** Whether a terminal was asked for (`-t`) or forbidden (`--no-tty`); undefined: if there is one. */
  readonly tty: boolean | undefined;
  /** What `--seccomp` says: a profile's file, or `"unconfined"`. */
  readonly seccomp: string | undefined;
  /** Whether stdin was asked for (`-i`); undefined: it is passed on. */
  readonly interactive: boolean | undefined;
}

const OPTIONS = {
  env: { type: "string", short: "e", multiple: true },
  help: { type: "boolean", short: "h" },
  hostname: { type: "string" },
  interactive: { type: "boolean", short: "i" },
  name: { type: "string" },
  net: { type: "string" },
  "no-tty": { type: "boolean", short: "T" },
  plan: { type: "boolean" },
  "read-only": { type: "boolean" },
  rootfs: { type: "string" },
  seccomp: { type: "string" },
  tty: { type: "boolean", short: "t" },
  user: { type: "string", short: "u" },
  volume: { type: "string", short: "v", multiple: true },
  workdir: { type: "string", short: "w" },
} as const satisfies NonNullable<ParseArgsConfig["options"]>;

export const RUN_HELP = `Usage: minibox run [OPTIONS] [--] CMD [ARG…]

Run a command in a container: its own processes, mounts, network, host name, users and
System V IPC. Its root is a throw-away copy of this machine's: writes are gone afterwards.

  -e, --env NAME[=VALUE]       set a variable; without a value, pass ours on
      --hostname NAME          host name (default: the container's name)
  -i, --interactive            pass stdin on (the default; with -t, even if stdin is no terminal)
      --name NAME              name of the container (default: random)
      --net none|host          its own network with only lo (the default), or the host's
  -T, --no-tty                 no terminal of its own, even if we are on one
      --plan                   print every syscall that would be made, and why; run nothing
      --read-only              the root file system is read-only
      --rootfs DIR             the root is DIR, read-write, and not a copy of ours
      --seccomp FILE           filter system calls by a profile, Docker's or OCI's form; unconfined: not
                               at all (default: what programs need, and no namespaces)
  -t, --tty                    a terminal of its own (the default if we are on one)
  -u, --user USER[:GROUP]      by number, or by name in the root's /etc/passwd (default: root)
  -v, --volume SRC:DST[:ro]    show SRC of the host at DST; what is written there stays
  -w, --workdir DIR            working directory inside (default: ours; with --rootfs, /)

As root, the command is root with a container's capabilities. As an ordinary user it is root
in a user namespace: it can do to this machine what you can, within the copy.

Exit status: the command's own; 128+n if signal n ended it; 125 minibox failed; 126 the command
cannot be executed; 127 it was not found.

A bundle's container is made by run, too: minibox help run.
`;

/**
 * Takes the command line of `run` apart. Options end at the first word that is none: the rest is the command's.
 * @throws {MiniboxError} for an option that is unknown, or a value that cannot be.
 */
export function parseRun(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): RunCommandLine {
  const end = endOfOptions(args);
  const { values } = parseOptions(args.slice(0, end));
  const [file, ...rest] = args.slice(args[end] === "--" ? end + 1 : end);
  if (file === undefined && values.help !== true) {
    throw new MiniboxError("ERR_NO_COMMAND", "no command to run", {
      hint: "minibox run [OPTIONS] [--] CMD [ARG…]",
    });
  }
  return {
    options: {
      command: [file ?? "", ...rest],
      rootfs: values.rootfs,
      readOnly: values["read-only"],
      env: Object.fromEntries(
        (values.env ?? []).flatMap((text) => parseEnv(text, env)),
      ),
      cwd: values.workdir,
      user: values.user,
      name: values.name,
      hostname: values.hostname,
      volumes: (values.volume ?? []).map(parseVolume),
      net: parseNet(values.net),
    },
    plan: values.plan === true,
    help: values.help === true,
    tty: values["no-tty"] === true ? false : values.tty,
    interactive: values.interactive,
    seccomp: values.seccomp,
  };
}

/** The index of the first word that is no option and no option's value, or of `--`. */
function endOfOptions(args: readonly string[]): number {
  if (args[0] === "--" || args[0]?.startsWith("-") !== true) return 0;
  const { tokens } = parseArgs({
    args: [...args],
    options: OPTIONS,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  return tokens.find(({ kind }) => kind !== "option")?.index ?? args.length;
}

function parseOptions(args: string[]): ReturnType<typeof parseStrictly> {
  // Node's parser takes a millisecond to get going.
  if (args.length === 0) return { values: {}, positionals: [] };
  try {
    return parseStrictly(args);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    const [first = message] = message.split(/\.\s/);
    throw new MiniboxError(
      "ERR_USAGE",
      first.charAt(0).toLowerCase() + first.slice(1),
      {
        cause,
        hint: "minibox run --help lists the options",
      },
    );
  }
}

function parseStrictly(args: string[]) {
  return parseArgs({ args, options: OPTIONS });
}

/** `NAME=VALUE`, or `NAME` for ours. A name that we do not have is not set, as docker does. */
function parseEnv(
  text: string,
  env: Readonly<Record<string, string | undefined>>,
): [string, string][] {
  const at = text.indexOf("=");
  if (at === 0 || text === "") {
    throw new MiniboxError(
      "ERR_INVALID_OPTION",
      `invalid variable '${text}': expected NAME=VALUE or NAME`,
    );
  }
  if (at > 0) return [[text.slice(0, at), text.slice(at + 1)]];
  const ours = env[text];
  return ours === undefined ? [] : [[text, ours]];
}

function parseVolume(text: string): Volume {
  const [source = "", destination = "", mode, ...rest] = text.split(":");
  if (
    source === "" ||
    destination === "" ||
    rest.length > 0 ||
    !["ro", "rw", undefined].includes(mode)
  ) {
    throw new MiniboxError(
      "ERR_INVALID_OPTION",
      `invalid volume '${text}': expected SRC:DST or SRC:DST:ro`,
    );
  }
  return { source, destination, readOnly: mode === "ro" };
}

function parseNet(text: string | undefined): "none" | "host" {
  if (text === undefined || text === "none") return "none";
  if (text === "host") return "host";
  throw new MiniboxError(
    "ERR_INVALID_OPTION",
    `invalid network '${text}': expected none or host`,
  );
}
