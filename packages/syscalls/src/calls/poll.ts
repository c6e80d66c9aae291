import type { Arena } from "../arena.ts";
import type { Fd } from "../argument.ts";
import { PollEvents } from "../constants/poll.ts";
import { address, fd, flags, formatFlags, int, type Param } from "../param.ts";
import { struct } from "../pointer.ts";
import { formatStruct, type Layout, layout, writeStruct } from "../struct.ts";
import { define, type Syscall } from "../syscall.ts";

/** What to wait for on one descriptor: struct pollfd. A negative `fd` is passed over. */
export interface PollFd {
  readonly fd: Fd;
  /** `POLL*`. */
  readonly events: number;
}

const POLL = { prefix: "POLL", values: PollEvents };

/** struct pollfd of include/uapi/asm-generic/poll.h. */
export const pollfdLayout: Layout<PollFd & { readonly revents?: number }> =
  layout<PollFd & { readonly revents?: number }>("pollfd", {
    fd: { type: "i32", param: fd("fd") },
    events: { type: "i16", param: flags("events", POLL) },
    revents: { type: "i16", param: flags("revents", POLL) },
  });

/** struct __kernel_timespec of include/uapi/linux/time_types.h. */
export interface Timespec {
  readonly tv_sec: number | bigint;
  readonly tv_nsec: number | bigint;
}

export const timespecLayout: Layout<Timespec> = layout<Timespec>("timespec", {
  tv_sec: "i64",
  tv_nsec: "i64",
});

const sysPpoll = define(
  "ppoll",
  { x64: 271, arm64: 73 },
  () => [
    pollFds("fds"),
    int("nfds"),
    struct("tmo_p", timespecLayout),
    address("sigmask"),
    int("sigsetsize"),
  ],
  { man: "poll(2)" },
);

/**
 * Waits until one of `fds` is ready or `timeoutMs` has passed (null: for ever); the result is how many are
 * ready, 0 after the timeout; see poll(2). What happened on each goes to `revents`. Blocks the event loop
 * under `invoke`: see `invokeAsync`.
 * @throws {SyscallError} `EINTR` if a signal was handled meanwhile.
 */
export function ppoll(
  fds: readonly PollFd[],
  timeoutMs: number | null,
  revents?: Uint16Array,
): Syscall {
  const timeout = timeoutMs === null ? null : timespec(timeoutMs);
  return sysPpoll({ fds, revents }, fds.length, timeout, 0, 0);
}

/** A duration as the kernel wants it. */
function timespec(ms: number): Timespec {
  const seconds = Math.floor(ms / 1000);
  return { tv_sec: seconds, tv_nsec: Math.round((ms - seconds * 1000) * 1e6) };
}

interface PollFds {
  readonly fds: readonly PollFd[];
  readonly revents: Uint16Array | undefined;
}

function pollFds(name: string): Param<PollFds> {
  return {
    name,
    encode: ({ fds, revents }, arena: Arena) => {
      if (revents !== undefined && revents.length < fds.length) {
        throw new RangeError(
          `invalid revents of ${revents.length} elements: expected ${fds.length}`,
        );
      }
      const at = arena.reserve(fds.length * pollfdLayout.size);
      for (const [i, each] of fds.entries()) {
        const start = at + i * pollfdLayout.size;
        writeStruct(pollfdLayout, each, arena, start);
        if (revents === undefined) continue;
        arena.copies.push({
          at: start + 6,
          target: new Uint8Array(revents.buffer, revents.byteOffset + i * 2, 2),
        });
      }
      return { kind: "pointer", at };
    },
    format: ({ fds }) =>
      `[${fds.map((each) => formatStruct(pollfdLayout, each)).join(", ")}]`,
  };
}

/** Prints a set of poll events: `POLLIN|POLLHUP`. */
export function formatPollEvents(events: number): string {
  return formatFlags(events, POLL);
}
