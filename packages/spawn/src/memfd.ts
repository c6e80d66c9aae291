import { closeSync, writeSync } from "node:fs";
import { invoke, memfdCreate, MfdFlags, SyscallError } from "@ns/syscalls";

/** A memory file with these contents, closed on exec. */
export function memfdOf(
  name: string,
  contents: Uint8Array,
  flags: number,
): number {
  const fd = create(name, flags | MfdFlags.CLOEXEC);
  try {
    for (let at = 0; at < contents.length;) at += writeSync(fd, contents, at);
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function create(name: string, flags: number): number {
  try {
    return invoke(memfdCreate(name, flags));
  } catch (error) {
    // Before Linux 6.3 there is no MFD_EXEC (every memfd is executable) and no MFD_NOEXEC_SEAL.
    if (!(error instanceof SyscallError) || error.code !== "EINVAL")
      throw error;
    return invoke(
      memfdCreate(name, flags & ~(MfdFlags.EXEC | MfdFlags.NOEXEC_SEAL)),
    );
  }
}
