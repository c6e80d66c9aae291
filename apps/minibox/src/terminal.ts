import type { Child, TerminalSize } from "@ns/spawn";
import {
  getWindowSize,
  invoke,
  SyscallError,
  WINSIZE_SIZE,
} from "@ns/syscalls";

/** Whether a descriptor of ours is a terminal; see isatty(3). */
export function isTerminal(fd: number): boolean {
  try {
    // node:tty takes 3 ms to load, and process.stdin.isTTY makes a stream besides.
    invoke(getWindowSize(fd, new Uint8Array(WINSIZE_SIZE)));
    return true;
  } catch (error) {
    // ENOTTY: something else; EBADF: it is closed.
    if (error instanceof SyscallError) return false;
    throw error;
  }
}

/** What a terminal takes for the end of input: ^D; see VEOF in termios(3). */
const END_OF_INPUT = "\u0004";

/** The size of our terminal, or what a terminal has been since the VT100. */
export function terminalSize(): TerminalSize {
  return {
    cols: process.stdout.columns || 80,
    rows: process.stdout.rows || 24,
  };
}

/**
 * Joins our terminal to the command's: what is typed goes there byte for byte, what it prints comes here, and it is
 * as large as ours. Returns what undoes that, once everything printed has arrived. Node gives the terminal back as it was
 * found when the process ends, however it ends.
 */
export function attachTerminal(child: Child): () => Promise<void> {
  const { stdin, stdout } = process;
  const resize = (): void => child.pty?.resize(terminalSize());
  const printed = Promise.withResolvers<undefined>();
  let attached = false;
  const attach = (): void => {
    const { pty } = child;
    if (pty === undefined) return;
    attached = true;
    if (stdin.isTTY) stdin.setRawMode(true);
    stdin.pipe(pty.input, { end: false });
    // With -it stdin may be a pipe, and a terminal has no end.
    stdin.once("end", () => pty.input.write(END_OF_INPUT));
    pty.output.pipe(stdout, { end: false });
    pty.output.once("close", () => {
      printed.resolve(undefined);
    });
    // It may have changed while the container was being made.
    resize();
    stdout.on("resize", resize);
  };
  if (child.pty === undefined) child.once("spawn", attach);
  else attach();
  return async () => {
    if (attached) await printed.promise;
    stdout.off("resize", resize);
    stdin.unpipe();
    if (stdin.isTTY) stdin.setRawMode(false);
    stdin.destroy();
  };
}
