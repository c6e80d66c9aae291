import { parseArgs } from "node:util";
import { KERNELS, type KernelSeries } from "./kernel.ts";

/** The machine to make, by the command line. */
export interface Options {
  /** Run the command as uid 1000 in a cgroup delegated to it, not as root. */
  readonly user: boolean;
  /** systemd is process 1, and starts the command as a unit; with `user`, that user's systemd does. */
  readonly systemd: boolean;
  readonly kernel: KernelSeries;
  /** Use /dev/kvm instead of emulation. */
  readonly kvm: boolean;
  /** Show the console of the machine. */
  readonly verbose: boolean;
  /** How long the command may take, in seconds. Default: for ever. */
  readonly timeout: number | undefined;
}

/**
 * @returns the options, and what follows them: the words after `--`, or all from the first that is no option.
 * @throws {TypeError} with what is wrong with them.
 */
export function parseOptions(args: readonly string[]): {
  options: Options;
  command: string[];
} {
  const { values, positionals } = parseArgs({
    args: endOptionsAtCommand(args),
    allowPositionals: true,
    options: {
      user: { type: "boolean", default: false },
      systemd: { type: "boolean", default: false },
      kernel: { type: "string", default: "6.1" },
      kvm: { type: "boolean", default: false },
      verbose: { type: "boolean", default: false },
      timeout: { type: "string" },
    },
  });
  const { kernel, timeout, ...rest } = values;
  const series = KERNELS.find((each) => each === kernel);
  if (series === undefined)
    throw new TypeError(
      `invalid --kernel '${kernel}': expected ${KERNELS.join(" or ")}`,
    );
  if (timeout !== undefined && !/^[1-9]\d{0,5}$/.test(timeout))
    throw new TypeError(`invalid --timeout '${timeout}': expected seconds`);
  const seconds = timeout === undefined ? undefined : Number(timeout);
  return {
    options: { ...rest, kernel: series, timeout: seconds },
    command: positionals,
  };
}

const VALUED = new Set(["--kernel", "--timeout"]);

/** The command's own options are not ours: puts `--` before the first word that is no option, if it is not there. */
function endOptionsAtCommand(args: readonly string[]): string[] {
  let at = 0;
  while (at < args.length && (args[at] ?? "").startsWith("-")) {
    if (args[at] === "--") return [...args];
    at += VALUED.has(args[at] ?? "") ? 2 : 1;
  }
  return [...args.slice(0, at), "--", ...args.slice(at)];
}
