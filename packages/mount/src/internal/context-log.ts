import { invoke, read, SyscallError } from "@ns/syscalls";

/**
 * What a file system said while it was configured, one message a line, or undefined; see fsopen(2). Each message
 * begins with its severity: `e tmpfs: Unknown parameter 'nonsense'`.
 */
export function readContextLog(context: number): string | undefined {
  const buffer = new Uint8Array(4096);
  const messages: string[] = [];
  for (;;) {
    try {
      const length = invoke(read(context, buffer));
      messages.push(parseMessage(Buffer.from(buffer.subarray(0, length))));
    } catch (error) {
      // ENODATA: that was all
      if (error instanceof SyscallError && error.code === "ENODATA") break;
      throw error;
    }
  }
  return messages.length === 0 ? undefined : messages.join("; ");
}

function parseMessage(message: Buffer): string {
  return message
    .toString()
    .replace(/^[ewi] /, "")
    .trimEnd();
}
