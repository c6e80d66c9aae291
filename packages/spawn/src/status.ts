import { closeSync, read, readSync } from "node:fs";
import { MessageKind } from "./message.ts";

/** struct message of native/nsinit.c. */
const MESSAGE_SIZE = 16;

/** What the native stage said. */
export interface Report {
  /** The pid of the process that it made. */
  readonly pid?: number;
  /** The step that failed, and its errno. */
  readonly failed?: { readonly step: number; readonly errno: number };
  /** Whether it waits for the byte of `hold`. */
  readonly waits?: boolean;
  /** The child's descriptor of the listener of its filter. */
  readonly listener?: number;
  /** Whether the descriptor is closed: the stage has become the command, or is gone. */
  readonly ended: boolean;
}

/** Reads what was said until now, and closes the pipe, which is non-blocking. */
export function readStatusNow(fd: number): Report {
  try {
    return peekStatus(fd);
  } finally {
    closeSync(fd);
  }
}

/** Reads what was said until now; the pipe stays open. */
export function peekStatus(fd: number): Report {
  const chunks: Buffer[] = [];
  try {
    for (;;) {
      const chunk = Buffer.alloc(256);
      const count = readSync(fd, chunk);
      if (count === 0) return parseReport(Buffer.concat(chunks), true);
      chunks.push(chunk.subarray(0, count));
    }
  } catch (error) {
    // Nothing more for now, and somebody who could still write.
    if (error instanceof Error && "code" in error && error.code === "EAGAIN")
      return parseReport(Buffer.concat(chunks), false);
    throw error;
  }
}

/** Calls back once the pipe, which is a blocking one, is closed by its writers: as soon as the command runs. */
export function onStatusEnd(
  fd: number,
  listener: (report: Report) => void,
): void {
  const chunks: Buffer[] = [];
  const readOn = (): void => {
    const chunk = Buffer.alloc(256);
    // On libuv's pool. A socket would do without, and take 4 ms to load.
    read(fd, chunk, 0, chunk.length, null, (error, count) => {
      if (error === null && count > 0) {
        chunks.push(chunk.subarray(0, count));
        readOn();
        return;
      }
      closeSync(fd);
      listener(parseReport(Buffer.concat(chunks), true));
    });
  };
  readOn();
}

/** Parses the messages of native/nsinit.c: kind, step, value. */
export function parseReport(bytes: Buffer, ended: boolean): Report {
  let report: Report = { ended };
  for (let at = 0; at + MESSAGE_SIZE <= bytes.length; at += MESSAGE_SIZE) {
    const kind = bytes.readUInt32LE(at);
    const step = bytes.readUInt32LE(at + 4);
    const value = Number(bytes.readBigInt64LE(at + 8));
    if (kind === MessageKind.pid) report = { ...report, pid: value };
    if (kind === MessageKind.waiting) report = { ...report, waits: true };
    if (kind === MessageKind.listener) report = { ...report, listener: value };
    if (kind === MessageKind.failed)
      report = { ...report, failed: { step, errno: value } };
  }
  return report;
}
