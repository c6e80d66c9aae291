import { existsSync, fstatSync } from "node:fs";
import { resolve } from "node:path";
import type { CreateOptions } from "../../oci/create.ts";
import { idOf, numberOf, type ParsedFlags, usage } from "./flags.ts";

export const CREATE_FLAGS = {
  "b|bundle": "value",
  "console-socket": "value",
  "pidfd-socket": "value",
  "pid-file": "value",
  "no-pivot": "switch",
  "no-new-keyring": "switch",
  "preserve-fds": "value",
} as const;

/** What the flags of `create` and `run` mean. */
export function createOptions(
  flags: ParsedFlags,
  command: string,
  detached: boolean,
): CreateOptions {
  const [id] = idOf(flags, command);
  const bundle = resolve(flags.value("bundle") ?? ".");
  if (!existsSync(`${bundle}/config.json`))
    throw usage(`no such file: ${bundle}/config.json`);
  if (flags.value("pidfd-socket") !== undefined)
    throw usage("--pidfd-socket is not supported yet");
  const preserveFds = (numberOf(flags, "preserve-fds") ?? 0) + activatedFds();
  checkOpen(preserveFds);
  return {
    id,
    bundle,
    pidFile: absolute(flags.value("pid-file")),
    consoleSocket: flags.value("console-socket"),
    noPivot: flags.has("no-pivot"),
    noNewKeyring: flags.has("no-new-keyring"),
    preserveFds,
    detached,
  };
}

/** Sockets that systemd has opened for us; see sd_listen_fds(3). */
export function activatedFds(): number {
  const count = Number(process.env["LISTEN_FDS"] ?? "0");
  return Number.isInteger(count) && count > 0 ? count : 0;
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
