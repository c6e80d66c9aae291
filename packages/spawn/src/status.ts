import { Socket } from "node:net";
import { MessageKind } from "./outside.ts";

/** struct message of native/nsinit.c. */
const MESSAGE_SIZE = 16;

/** What the native stage said by the time it ended or became the command. */
export interface Report {
  /** The step that failed, and its errno. */
  readonly failed?: { readonly step: number; readonly errno: number };
}

/** Listens on the status pipe until its end; `onPid` hears the child's pid as soon as it is known. */
export function readStatus(fd: number, onPid: (pid: number) => void): Promise<Report> {
  const socket = new Socket({ fd, readable: true, writable: false });
  let pending: Buffer = Buffer.alloc(0);
  let report: Report = {};
  return new Promise((resolve, reject) => {
    socket.on("data", (chunk: Buffer) => {
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      for (; pending.length >= MESSAGE_SIZE; pending = pending.subarray(MESSAGE_SIZE)) {
        const kind = pending.readUInt32LE(0);
        const value = Number(pending.readBigInt64LE(8));
        if (kind === MessageKind.pid) onPid(value);
        if (kind === MessageKind.failed) report = { failed: { step: pending.readUInt32LE(4), errno: value } };
      }
    });
    socket.on("error", reject);
    socket.on("close", () => {
      resolve(report);
    });
  });
}
