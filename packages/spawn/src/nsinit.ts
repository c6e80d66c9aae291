import { readFileSync } from "node:fs";
import {
  currentArch,
  fcntl,
  FcntlCommands,
  invoke,
  MfdFlags,
  SealFlags,
} from "@ns/syscalls";
import { SpawnError } from "./error.ts";
import { memfdOf } from "./memfd.ts";

const SEALS =
  SealFlags.SEAL | SealFlags.SHRINK | SealFlags.GROW | SealFlags.WRITE;

let memfd: number | undefined;

/**
 * A path at which the native stage can be executed: a sealed memfd, so that nobody who meets it as
 * `/proc/PID/exe`, root in a container included, can write to what the host runs next
 * (CVE-2019-5736). Made once a process.
 */
export function nsinitPath(): string {
  memfd ??= sealedCopy();
  return `/proc/self/fd/${memfd}`;
}

function sealedCopy(): number {
  const fd = memfdOf(
    "nsinit",
    readBinary(),
    MfdFlags.ALLOW_SEALING | MfdFlags.EXEC,
  );
  invoke(fcntl(fd, FcntlCommands.ADD_SEALS, SEALS));
  return fd;
}

function readBinary(): Buffer {
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
