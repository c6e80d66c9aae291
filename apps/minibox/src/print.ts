import { writeSync } from "node:fs";

/**
 * Writes to stdout, all of it before it returns: to load what `process.stdout` is made of takes 3 ms. When whoever read it
 * has gone (`minibox doctor | head`), there is nobody to say more to, and we end.
 */
export function print(text: string): void {
  const bytes = Buffer.from(text);
  let at = 0;
  while (at < bytes.length) at += writeSome(bytes, at);
}

/** How much was taken. */
function writeSome(bytes: Buffer, at: number): number {
  try {
    return writeSync(1, bytes, at);
  } catch (error) {
    switch ((error as NodeJS.ErrnoException).code) {
      case "EPIPE":
        // eslint-disable-next-line n/no-process-exit -- as SIGPIPE, which Node ignores, would have done
        process.exit(0);
      // eslint-disable-next-line no-fallthrough -- process.exit does not return
      case "EAGAIN":
        // a pipe that is full, and that somebody has set not to block
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
        return 0;
      default:
        throw error;
    }
  }
}

const PAUSE_MS = 5;
