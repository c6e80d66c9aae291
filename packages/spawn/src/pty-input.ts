import { writeSync } from "node:fs";
import type { Writable } from "node:stream";

/** How long to wait for room: a terminal says when it can be read, but through Node not when it can be written. */
const FIRST_WAIT_MS = 1;
const LONGEST_WAIT_MS = 16;

/**
 * What is typed on the terminal whose master is `fd`, which is non-blocking and stays its owner's.
 *
 * Node's `tty.WriteStream` writes to a master only in blocking mode, and so stops the event loop until the
 * command reads: for ever, if the command waits for us to read what it wrote.
 */
export function openPtyInput(fd: number): Writable {
  // Loaded when it is used, as in stdio.ts.
  const { Writable } = process.getBuiltinModule("node:stream");
  let retry: NodeJS.Timeout | undefined;
  const input = new Writable({
    write: (chunk: Buffer, _encoding, callback) => {
      writeRest(chunk, FIRST_WAIT_MS, callback);
    },
    destroy: (error, callback) => {
      clearTimeout(retry);
      callback(error);
    },
  });
  return input;

  function writeRest(
    rest: Buffer,
    waitMs: number,
    callback: (error?: Error) => void,
  ): void {
    const written = writeSome(fd, rest);
    if (written instanceof Error) {
      // EIO is how a terminal says that nobody has its other end open any more: the end, and no error.
      if (written.code === "EIO") input.destroy();
      else callback(written);
    } else if (written === rest.length) {
      callback();
    } else {
      const nextMs = written > 0 ? FIRST_WAIT_MS : waitMs * 2;
      retry = setTimeout(
        writeRest,
        waitMs,
        rest.subarray(written),
        Math.min(nextMs, LONGEST_WAIT_MS),
        callback,
      );
    }
  }
}

/** Writes what there is room for. Returns how much that was. */
function writeSome(fd: number, bytes: Buffer): number | NodeJS.ErrnoException {
  try {
    return writeSync(fd, bytes);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "EAGAIN" ? 0 : (error as NodeJS.ErrnoException);
  }
}
