import { setTimeout as delay } from "node:timers/promises";
import { CgroupError, type CgroupErrorDetails } from "./error.ts";

const MAX_DELAY_MS = 50;

/**
 * Looks again and again until it is so, at first after a millisecond and then less and less often. For what the kernel
 * does in its own time and tells nobody about.
 * @throws {CgroupError} `ERR_CGROUP_TIMEOUT` if it is not so after `timeoutMs`.
 */
export async function waitUntil(
  isSo: () => boolean,
  {
    timeoutMs,
    what,
    ...details
  }: { readonly timeoutMs: number; readonly what: string } & CgroupErrorDetails,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (
    let delayMs = 1;
    !isSo();
    delayMs = Math.min(delayMs * 2, MAX_DELAY_MS)
  ) {
    if (performance.now() > deadline)
      throw new CgroupError(
        "ERR_CGROUP_TIMEOUT",
        `${what}: not done after ${String(timeoutMs)} ms`,
        details,
      );
    await delay(delayMs);
  }
}
