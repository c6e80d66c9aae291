import { readFileSync } from "node:fs";
import { currentArch } from "@ns/syscalls";
import { SpawnError } from "./error.ts";

/**
 * The native stage for this machine. A bundler may put another way to find it in this module's place.
 * @throws {SpawnError} `ERR_SPAWN_NOT_BUILT`.
 */
export function readNsinit(): Buffer {
  const file = new URL(`../native/nsinit-${currentArch()}`, import.meta.url);
  try {
    return readFileSync(file);
  } catch (cause) {
    // Too many open files, say: that is not for us to explain.
    if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw cause;
    throw new SpawnError(
      "ERR_SPAWN_NOT_BUILT",
      `cannot read the native stage '${file.pathname}'`,
      {
        cause,
        hint: "build it with a C compiler: pnpm --filter @ns/spawn build",
      },
    );
  }
}
