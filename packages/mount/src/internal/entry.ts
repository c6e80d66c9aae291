import { fstatSync, readFileSync } from "node:fs";
import {
  AtFlags,
  invoke,
  openat,
  OpenFlags,
  SyscallError,
  unlinkat,
} from "@ns/syscalls";
import { MountError } from "../error.ts";
import { Handle } from "../handle.ts";

/**
 * Reads the file that was found at a place, and which must be one.
 * @throws {MountError} `ERR_MOUNT_PLACE` for anything else, or more than `maxBytes`.
 */
export function readPlace(
  place: Handle,
  path: string,
  maxBytes: number,
): Buffer {
  const stat = fstatSync(place.fd);
  if (!stat.isFile() || stat.size > maxBytes) {
    throw new MountError(
      "ERR_MOUNT_PLACE",
      `cannot read '${path}': expected a file of at most ${maxBytes} bytes`,
    );
  }
  const { RDONLY, NONBLOCK, NOCTTY, CLOEXEC } = OpenFlags;
  const flags = RDONLY | NONBLOCK | NOCTTY | CLOEXEC;
  // the same file once more, for reading; see proc_pid_fd(5)
  const again = openat(AtFlags.FDCWD, place.procPath(), flags);
  using file = Handle.own(invoke(again));
  return readFileSync(file.fd).subarray(0, maxBytes);
}

/** Removes a name of a directory, if it is there; returns whether it was. */
export function removeEntry(directory: number, name: string): boolean {
  try {
    invoke(unlinkat(directory, name));
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
    if (error.code === "ENOENT") return false;
    if (error.code !== "EISDIR") throw error;
    invoke(unlinkat(directory, name, AtFlags.REMOVEDIR));
  }
  return true;
}
