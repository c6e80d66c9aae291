import {
  fcntl,
  FcntlCommands,
  invoke,
  MfdFlags,
  SealFlags,
} from "@ns/syscalls";
import { memfdOf } from "./memfd.ts";
import { readNsinit } from "./nsinit-binary.ts";

const SEALS =
  SealFlags.SEAL | SealFlags.SHRINK | SealFlags.GROW | SealFlags.WRITE;

let memfd: number | undefined;

/**
 * A descriptor by which the native stage can be executed: a sealed memfd, so that nobody who meets it as
 * `/proc/PID/exe`, root in a container included, can write to what the host runs next
 * (CVE-2019-5736). Made once a process.
 */
export function nsinitFd(): number {
  memfd ??= sealedCopy();
  return memfd;
}

function sealedCopy(): number {
  const fd = memfdOf(
    "nsinit",
    readNsinit(),
    MfdFlags.ALLOW_SEALING | MfdFlags.EXEC,
  );
  invoke(fcntl(fd, FcntlCommands.ADD_SEALS, SEALS));
  return fd;
}
