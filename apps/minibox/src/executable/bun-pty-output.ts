// What stands for @ns/spawn's pty-output.ts in the executable: Bun's tty.ReadStream takes "nothing to read yet" for an error.
import { closeSync } from "node:fs";
import type { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";

/** Bun's; see https://bun.sh/docs/api/file-io. It polls what can be polled. */
declare const Bun: {
  file(fd: number): { stream(): ReadableStream<Uint8Array> };
};

export function openPtyOutput(fd: number): Readable {
  // Loaded when it is used: it takes a millisecond.
  const { Readable } = process.getBuiltinModule("node:stream");
  const output = Readable.fromWeb(Bun.file(fd).stream());
  output.once("close", () => {
    closeSync(fd);
  });
  return output;
}
