import type { Readable, Writable } from "node:stream";
import { invoke, setWindowSize } from "@ns/syscalls";
import { openPtyInput } from "./pty-input.ts";
import { openPtyOutput } from "./pty-output.ts";

/** The size of a terminal, in characters. */
export interface TerminalSize {
  readonly cols: number;
  readonly rows: number;
}

/** The master of a pseudoterminal: what the command prints is read here, what is written is its input. */
export class Pty {
  readonly fd: number;
  readonly input: Writable;
  /** Closes when the last process on the terminal has. */
  readonly output: Readable;

  /** Takes over `fd`, which is non-blocking. */
  constructor(fd: number) {
    this.fd = fd;
    this.output = openPtyOutput(fd);
    this.input = openPtyInput(fd);
    endWith(this.output, this.input);
  }

  /** Sets the size; the foreground process group gets SIGWINCH. */
  resize(size: TerminalSize): void {
    if (!this.output.destroyed) invoke(setWindowSize(this.fd, size));
  }

  destroy(): void {
    this.output.destroy();
  }
}

/**
 * Makes `input` end with `output`, before that closes the descriptor of both. EIO is how a terminal says that nobody
 * has its other end open any more (pty(7)): the end, and no error.
 */
function endWith(output: Readable, input: Writable): void {
  const destroy = output.destroy.bind(output);
  output.destroy = (error?: Error) => {
    input.destroy();
    if (error === undefined || !("code" in error) || error.code !== "EIO")
      return destroy(error);
    output.push(null);
    return destroy();
  };
}
