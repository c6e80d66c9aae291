import {
  close,
  errnoNumber,
  eventfd2,
  invoke,
  invokeAsync,
  OpenFlags,
  PollEvents,
  ppoll,
  SyscallError,
  write,
} from "@ns/syscalls";

/** Waits for a descriptor that Node's event loop does not take. */
export interface Readable extends Disposable {
  /** Whether there is something to read; false when there will be nothing any more, or it was aborted. */
  next(): Promise<boolean>;
}

/**
 * Waits for `fd` by ppoll(2) on a thread of libuv's pool, together with an eventfd that ends the wait: on an abort, and
 * when Node exits, which otherwise would wait for that thread.
 */
export function readable(
  fd: number,
  signal: AbortSignal | undefined,
): Readable {
  const wake = invoke(eventfd2(0, OpenFlags.CLOEXEC));
  const end = (): void => void invoke(write(wake, ONE));
  process.once("exit", end);
  signal?.addEventListener("abort", end, { once: true });
  return {
    next: async () => signal?.aborted !== true && (await poll(fd, wake)),
    [Symbol.dispose]: () => {
      process.removeListener("exit", end);
      signal?.removeEventListener("abort", end);
      invoke(close(wake));
    },
  };
}

const ONE = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]);

async function poll(fd: number, wake: number): Promise<boolean> {
  const events = PollEvents.IN;
  const revents = new Uint16Array(2);
  for (;;) {
    try {
      await invokeAsync(
        ppoll(
          [
            { fd, events },
            { fd: wake, events },
          ],
          null,
          revents,
        ),
      );
    } catch (error) {
      // a signal that this thread happened to get
      if (error instanceof SyscallError && error.code === "EINTR") continue;
      throw error;
    }
    const [on = 0, woken = 0] = revents;
    if (woken !== 0) return false;
    if ((on & PollEvents.NVAL) !== 0) throw notOpen(fd);
    return (on & PollEvents.IN) !== 0;
  }
}

function notOpen(fd: number): SyscallError {
  return new SyscallError({
    errno: errnoNumber("EBADF"),
    syscall: "ppoll",
    path: `fd ${fd}`,
  });
}
