import type { Readable } from "node:stream";

/**
 * What is printed on the terminal whose master is `fd`, which is non-blocking and closed with the stream. A bundler for another
 * engine may put another way to read it in this module's place.
 */
export function openPtyOutput(fd: number): Readable {
  // Loaded when it is used, as in stdio.ts.
  const { ReadStream } = process.getBuiltinModule("node:tty");
  return new ReadStream(fd);
}
