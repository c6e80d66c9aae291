import { existsSync, fstatSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { CreateOptions } from "../../oci/create-options.ts";
import { notifyDirectory } from "../../oci/notify-socket.ts";
import type { Runtime } from "../../oci/runtime.ts";
import { idOf } from "./command.ts";
import { type FlagTable, numberOf, type ParsedFlags, usage } from "./flags.ts";

export const CREATE_FLAGS = {
  "b|bundle": ["value", "directory of the bundle; default: the current one"],
  "console-socket": [
    "value",
    "Unix socket that the master of the terminal is sent to",
  ],
  "pidfd-socket": [
    "value",
    "Unix socket that a pidfd of the first process is sent to",
  ],
  "pid-file": ["value", "file that the first process's id is written to"],
  "no-pivot": [
    "switch",
    "move the root instead of pivoting: for one on an initramfs",
  ],
  "no-new-keyring": ["switch", "keep the caller's session keyring"],
  "preserve-fds": [
    "value",
    "pass on so many descriptors after stderr and those of $LISTEN_FDS",
  ],
  plan: ["switch", "print every syscall that would be made, and make nothing"],
} as const satisfies FlagTable;

/** What the flags of `create` and `run` mean. */
export function createOptions(
  flags: ParsedFlags,
  detached: boolean,
  runtime: Runtime,
): CreateOptions {
  const [id] = idOf(flags);
  const bundle = bundleOf(flags);
  const activated = activatedFds();
  const preserveFds = (numberOf(flags, "preserve-fds") ?? 0) + activated;
  checkOpen(preserveFds);
  return {
    id,
    bundle,
    pidFile: absolute(flags.value("pid-file")),
    consoleSocket: flags.value("console-socket"),
    pidfdSocket: flags.value("pidfd-socket"),
    noPivot: flags.has("no-pivot"),
    noNewKeyring: flags.has("no-new-keyring"),
    preserveFds,
    activatedFds: activated,
    ...((process.env["NOTIFY_SOCKET"] ?? "") !== "" && {
      notifyDirectory: notifyDirectory(runtime.store.directory(id)),
    }),
    detached,
  };
}

/**
 * The bundle's directory.
 * @throws {MiniboxError} if it is none.
 */
export function bundleOf(flags: ParsedFlags): string {
  const bundle = resolve(flags.value("bundle") ?? ".");
  if (statSync(bundle, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw usage(`chdir ${bundle}: no such file or directory`);
  if (!existsSync(`${bundle}/config.json`))
    throw usage(
      "JSON specification file config.json not found",
      `minibox spec --bundle ${bundle} writes one`,
    );
  return bundle;
}

/** How many sockets systemd has opened for us; see sd_listen_fds(3). */
function activatedFds(): number {
  const { LISTEN_FDS = "0", LISTEN_PID = "" } = process.env;
  const count = Number(LISTEN_FDS);
  const areOurs = LISTEN_PID === String(process.pid);
  return areOurs && Number.isInteger(count) && count > 0 ? count : 0;
}

export function absolute(path: string | undefined): string | undefined {
  return path === undefined ? undefined : resolve(path);
}

/**
 * Checks that descriptors are open.
 * @throws {MiniboxError} for one that is not.
 */
export function checkOpen(preserveFds: number): void {
  for (let fd = 3; fd < 3 + preserveFds; fd++) {
    try {
      fstatSync(fd);
    } catch {
      // EBADF
      throw usage(
        `please check that preserved-fd ${fd} of ${preserveFds} is present`,
      );
    }
  }
}
