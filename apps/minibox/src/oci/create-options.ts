import type { Config } from "@ns/oci";
import { MiniboxError } from "../error.ts";

/** The options of `create` and `run`. */
export interface CreateOptions {
  readonly id: string;
  /** The bundle's directory, absolute. */
  readonly bundle: string;
  readonly pidFile?: string | undefined;
  readonly consoleSocket?: string | undefined;
  /** A Unix socket that a pidfd of the process is sent to. */
  readonly pidfdSocket?: string | undefined;
  readonly noPivot: boolean;
  readonly noNewKeyring: boolean;
  readonly preserveFds: number;
  /** How many of these are sockets that systemd has opened, which the program is told. */
  readonly activatedFds: number;
  /** Where the socket will be that its program tells of being ready; undefined: nowhere. */
  readonly notifyDirectory?: string | undefined;
  /** Whether the process is left to whoever adopts it. */
  readonly detached: boolean;
  /** A terminal of ours that the container's is shown on. */
  readonly terminal?: { readonly cols: number; readonly rows: number };
}

export function checkTerminal(
  { process }: Config,
  {
    consoleSocket,
    terminal,
  }: Readonly<Record<"consoleSocket" | "terminal", unknown>>,
): void {
  const has = consoleSocket !== undefined || terminal !== undefined;
  if (process?.terminal === true && !has)
    throw new MiniboxError(
      "ERR_USAGE",
      "cannot allocate tty if runc will detach without setting console socket",
      { hint: "--console-socket, or process.terminal false" },
    );
  if (process?.terminal !== true && consoleSocket !== undefined)
    throw new MiniboxError(
      "ERR_USAGE",
      "cannot use console socket if runc will not detach or allocate tty",
    );
}
