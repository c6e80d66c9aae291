import type { Child } from "./child.ts";
import { AbortError } from "./error.ts";
import type { SpawnOptions } from "./options.ts";

/** Kills the child when the caller's signal aborts or its time is up. */
export function watchInterest(
  child: Child,
  { signal, timeout, killSignal = "SIGTERM" }: SpawnOptions,
): void {
  if (timeout !== undefined && timeout > 0) {
    const timer = setTimeout(() => child.kill(killSignal), timeout);
    child.onSettled(() => {
      clearTimeout(timer);
    });
  }
  if (signal === undefined) return;
  const abort = (): void => {
    child.aborts(new AbortError({ cause: signal.reason }), killSignal);
  };
  if (signal.aborted) {
    process.nextTick(abort);
    return;
  }
  signal.addEventListener("abort", abort, { once: true });
  child.onSettled(() => {
    signal.removeEventListener("abort", abort);
  });
}
