import type { Socket } from "node:net";
import type { ReadStream, WriteStream } from "node:tty";
import { fcntl, FcntlCommands, invoke, setWindowSize } from "@ns/syscalls";

/** The size of a terminal, in characters. */
export interface TerminalSize {
  readonly cols: number;
  readonly rows: number;
}

/** The master of a pseudoterminal: what the command prints is read here, what is written is its input. */
export class Pty {
  readonly fd: number;
  readonly input: WriteStream;
  /** Closes when the last process on the terminal has. */
  readonly output: ReadStream;

  /** Takes over `fd`. */
  constructor(fd: number) {
    const { ReadStream, WriteStream } = process.getBuiltinModule("node:tty");
    this.fd = fd;
    this.output = new ReadStream(fd);
    // Each stream closes its own descriptor.
    this.input = new WriteStream(
      invoke(fcntl(fd, FcntlCommands.DUPFD_CLOEXEC, 0)),
    );
    endOnHangup(this.output);
    endOnHangup(this.input);
  }

  /** Sets the size; the foreground process group gets SIGWINCH. */
  resize(size: TerminalSize): void {
    if (!this.output.destroyed) invoke(setWindowSize(this.fd, size));
  }

  destroy(): void {
    this.input.destroy();
    this.output.destroy();
  }
}

/** EIO is how a terminal says that nobody has its other end open any more (pty(7)): the end, and no error. */
function endOnHangup(stream: Socket): void {
  const destroy = stream.destroy.bind(stream);
  stream.destroy = (error?: Error) => {
    if (error === undefined || !("code" in error) || error.code !== "EIO")
      return destroy(error);
    stream.push(null);
    return destroy();
  };
}
