import type { Config } from "@ns/oci";
import type { SpawnOptions } from "@ns/spawn";
import type { CreateOptions } from "./create-options.ts";

/** The pseudoterminal: made in the container, its master sent to whoever asked for it. */
export function terminalOptions(
  { process }: Pick<Config, "process">,
  { terminal }: Pick<CreateOptions, "terminal">,
  socket: number | undefined,
): Pick<SpawnOptions, "pty"> {
  if (process?.terminal !== true) return {};
  const { height: rows, width: cols } = process.consoleSize ??
    (terminal === undefined
      ? undefined
      : { height: terminal.rows, width: terminal.cols }) ?? {
      height: 0,
      width: 0,
    };
  return {
    pty: {
      ...{ cols, rows, ptmx: "/dev/pts/ptmx" },
      ...{ console: "/dev/console" },
      ...(socket !== undefined && { socket }),
    },
  };
}
