import { closeSync, readSync, writeSync } from "node:fs";
import {
  invoke,
  socket,
  SocketFamily,
  SocketType,
  SyscallError,
} from "@ns/syscalls";
import {
  encodeMessage,
  type NetlinkMessage,
  parseMessages,
} from "./message.ts";

/** Flags of a message (`NLM_F_`): include/uapi/linux/netlink.h. */
export const MessageFlags = {
  REQUEST: 0x1,
  ACK: 0x4,
  DUMP: 0x300,
  EXCL: 0x200,
  CREATE: 0x400,
} as const;

/** What the kernel says besides answers (`NLMSG_`). */
const ERROR = 2;
const DONE = 3;

/** NETLINK_ROUTE: network devices and their addresses; see rtnetlink(7). */
export const NETLINK_ROUTE = 0;

/** What is asked of the kernel. */
export interface RouteRequest {
  /** The name of the type, for errors: `RTM_NEWLINK`. */
  readonly name: string;
  readonly type: number;
  readonly flags?: number;
  readonly payload: Buffer;
  /** What it is about, for errors. */
  readonly subject?: string;
}

/** A socket of rtnetlink(7). It belongs to the network namespace in which it was made, whoever has it. */
export class RouteSocket implements Disposable {
  readonly #fd: number;
  #sequence = 0;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** One in this process's network namespace. */
  static open(): RouteSocket {
    const { RAW, CLOEXEC } = SocketType;
    return new RouteSocket(
      invoke(socket(SocketFamily.NETLINK, RAW | CLOEXEC, NETLINK_ROUTE)),
    );
  }

  /**
   * Asks, and waits for all of the answer.
   * @throws {SyscallError} the errno that the kernel answers with.
   */
  request({
    name,
    type,
    flags = 0,
    payload,
    subject,
  }: RouteRequest): NetlinkMessage[] {
    const sequence = ++this.#sequence;
    const { REQUEST, ACK, DUMP } = MessageFlags;
    const isDump = (flags & DUMP) === DUMP;
    const all = flags | REQUEST | (isDump ? 0 : ACK);
    writeSync(this.#fd, encodeMessage({ type, flags: all, sequence, payload }));
    const answers: NetlinkMessage[] = [];
    for (;;) {
      for (const message of this.#receive()) {
        if (message.sequence !== sequence) continue;
        const errno = errnoOf(message);
        if (errno === undefined) answers.push(message);
        else if (errno === 0) return answers;
        else throw new SyscallError({ errno, syscall: name, path: subject });
      }
    }
  }

  #receive(): NetlinkMessage[] {
    // of a dump the kernel sends at most so much at once
    const buffer = Buffer.alloc(65_536);
    const count = readSync(this.#fd, buffer);
    return parseMessages(buffer.subarray(0, count));
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
  }
}

/** The errno that ends an answer, 0 for success; undefined if this is no end. */
function errnoOf({ type, payload }: NetlinkMessage): number | undefined {
  if (type !== ERROR && type !== DONE) return undefined;
  return payload.length < 4 ? 0 : -payload.readInt32LE(0);
}
