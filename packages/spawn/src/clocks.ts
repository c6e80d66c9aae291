import {
  AtFlags,
  CloneFlags,
  close,
  openat,
  OpenFlags,
  register,
  step,
  unshare,
  write,
} from "@ns/syscalls";
import type { TimeOffsets } from "./options.ts";
import type { Program } from "./program.ts";

/**
 * A new time namespace with these clocks, for whatever is executed or created next; see
 * time_namespaces(7). The offsets can be set only while nobody is in it. Linux 5.6.
 */
export function offsetClocks(program: Program, offsets: TimeOffsets): void {
  const file = register("timens_offsets");
  program.call(
    step(unshare(CloneFlags.NEWTIME), {
      why: "make a time namespace, nobody in it yet",
    }),
  );
  program.call(
    step(
      openat(
        AtFlags.FDCWD,
        "/proc/self/timens_offsets",
        OpenFlags.WRONLY | OpenFlags.CLOEXEC,
      ),
      { into: file },
    ),
  );
  program.call(
    step(write(file, formatOffsets(offsets)), { why: "set its clocks" }),
  );
  program.call(close(file));
}

/** The text of /proc/PID/timens_offsets: a line for each clock, in seconds and nanoseconds. */
export function formatOffsets(offsets: TimeOffsets): string {
  return (["monotonic", "boottime"] as const)
    .flatMap((clock) => {
      const seconds = offsets[clock];
      return seconds === undefined ? [] : [formatOffset(clock, seconds)];
    })
    .join("\n");
}

/** The nanoseconds count forward from the whole second, before zero too. */
function formatOffset(clock: string, offset: number): string {
  const nanoseconds = Math.round(offset * 1e9);
  const seconds = Math.floor(nanoseconds / 1e9);
  return `${clock} ${seconds} ${nanoseconds - seconds * 1e9}`;
}
