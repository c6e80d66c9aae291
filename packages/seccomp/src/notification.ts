import {
  type ErrnoName,
  errnoNumber,
  invoke,
  ioctl,
  IoctlRequests,
  OpenFlags,
  SyscallError,
} from "@ns/syscalls";
import { type ArchitectureName, architectureName } from "./architecture.ts";
import { readable } from "./internal/readable.ts";

/** How a syscall is answered: it fails with an errno, or returns a number; by default 0. */
export type Answer =
  { readonly errno: ErrnoName | number } | { readonly value: number | bigint };

/** How a descriptor is given to the process that waits. */
export interface AddFdOptions {
  /** Its number there. Default: the lowest that is free. */
  readonly newFd?: number | undefined;
  /** Closes it there at the next execve. Default true. */
  readonly closeOnExec?: boolean | undefined;
  /** Answers the syscall with the descriptor's number in the same moment. Linux 5.14. Default false. */
  readonly respond?: boolean | undefined;
}

const NOTIF_SIZE = 80;
const FLAG_CONTINUE = 1;
const ADDFD_FLAG_SETFD = 1;
const ADDFD_FLAG_SEND = 2;

/**
 * A syscall that waits for an answer: struct seccomp_notif of include/uapi/linux/seccomp.h. Its methods throw a
 * `SyscallError` with `ENOENT` when it waits no longer: the process has ended, or a signal has called it away.
 */
export class Notification {
  readonly id: bigint;
  /** The thread that waits, in our PID namespace; 0 if it is in none of ours. */
  readonly pid: number;
  readonly flags: number;
  /** What the kernel calls its architecture (`AUDIT_ARCH_*`), and what profiles do. */
  readonly audit: number;
  readonly arch: ArchitectureName | undefined;
  /** The syscall's number; `syscallName` of this package has its name. */
  readonly nr: number;
  readonly args: readonly bigint[];
  readonly instructionPointer: bigint;
  readonly #listener: number;

  constructor(listener: number, bytes: Buffer) {
    this.#listener = listener;
    this.id = bytes.readBigUInt64LE(0);
    this.pid = bytes.readUInt32LE(8);
    this.flags = bytes.readUInt32LE(12);
    this.nr = bytes.readInt32LE(16);
    this.audit = bytes.readUInt32LE(20);
    this.arch = architectureName(this.audit);
    this.instructionPointer = bytes.readBigUInt64LE(24);
    this.args = [32, 40, 48, 56, 64, 72].map((at) => bytes.readBigUInt64LE(at));
  }

  /** Answers in the kernel's place: the syscall is not performed. */
  respond(answer: Answer = { value: 0 }): void {
    if ("value" in answer) this.#send(BigInt(answer.value), 0, 0);
    else this.#send(0n, -errnoOf(answer.errno), 0);
  }

  /**
   * Lets the kernel perform the syscall. What its arguments point to may be another thing by then, so this is no
   * decision on what has been seen. Linux 5.5.
   */
  continue(): void {
    this.#send(0n, 0, FLAG_CONTINUE);
  }

  /** Gives the process a copy of a descriptor of ours; the result is its number there. Linux 5.9. */
  addFd(fd: number, options: AddFdOptions = {}): number {
    const { newFd, closeOnExec = true, respond = false } = options;
    const request = Buffer.alloc(24);
    request.writeBigUInt64LE(this.id, 0);
    request.writeUInt32LE(
      (newFd === undefined ? 0 : ADDFD_FLAG_SETFD) |
        (respond ? ADDFD_FLAG_SEND : 0),
      8,
    );
    request.writeUInt32LE(fd, 12);
    request.writeUInt32LE(newFd ?? 0, 16);
    request.writeUInt32LE(closeOnExec ? OpenFlags.CLOEXEC : 0, 20);
    return invoke(
      ioctl(this.#listener, IoctlRequests.SECCOMP_IOCTL_NOTIF_ADDFD, request),
    );
  }

  /**
   * Whether it still waits, and so whether `pid` is still the process that it was. To be asked after that process's
   * memory was read, before what was read is believed.
   */
  isValid(): boolean {
    const request = Buffer.alloc(8);
    request.writeBigUInt64LE(this.id);
    const ask = IoctlRequests.SECCOMP_IOCTL_NOTIF_ID_VALID;
    return !isGone(() => invoke(ioctl(this.#listener, ask, request)));
  }

  #send(value: bigint, error: number, flags: number): void {
    const response = Buffer.alloc(24);
    response.writeBigUInt64LE(this.id, 0);
    response.writeBigInt64LE(BigInt.asIntN(64, value), 8);
    response.writeInt32LE(error, 16);
    response.writeUInt32LE(flags, 20);
    invoke(
      ioctl(this.#listener, IoctlRequests.SECCOMP_IOCTL_NOTIF_SEND, response),
    );
  }
}

/** When the iteration ends. */
export interface NotificationOptions {
  /** Aborting it ends the iteration; what waits for an answer goes on waiting until the descriptor is closed. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The syscalls that a filter with `SCMP_ACT_NOTIFY` stops at, one after the other; see seccomp_unotify(2). Each waits
 * until it is answered, by one of its methods, in any order. The iteration ends when no process has the filter any more.
 * The descriptor stays the caller's, to be closed after the iteration: what then waits gets `ENOSYS`.
 *
 * It reports, it does not enforce: what an argument points to can change after it was read, and `continue` runs the
 * syscall with what is there then. Linux 5.5. While it waits it holds one thread of libuv's pool.
 * @throws {SyscallError} if the descriptor is no listener.
 */
export async function* notifications(
  listener: number,
  { signal }: NotificationOptions = {},
): AsyncGenerator<Notification, void, undefined> {
  using wait = readable(listener, signal);
  while (await wait.next()) {
    const bytes = Buffer.alloc(NOTIF_SIZE);
    const take = IoctlRequests.SECCOMP_IOCTL_NOTIF_RECV;
    // the process was killed between the poll and this
    if (isGone(() => invoke(ioctl(listener, take, bytes)))) continue;
    yield new Notification(listener, bytes);
  }
}

function errnoOf(errno: ErrnoName | number): number {
  const number = typeof errno === "number" ? errno : errnoNumber(errno);
  if (Number.isInteger(number) && number > 0 && number < 4096) return number;
  throw new RangeError(`invalid errno '${errno}': expected 1 to 4095`);
}

function isGone(act: () => unknown): boolean {
  try {
    act();
    return false;
  } catch (error) {
    if (error instanceof SyscallError && error.code === "ENOENT") return true;
    throw error;
  }
}
