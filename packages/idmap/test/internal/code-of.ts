import { SyscallError } from "@ns/syscalls";
import { IdmapError } from "../../src/index.ts";

/** The code of the error that `act` throws, this package's or a syscall's; undefined if it throws nothing. */
export function codeOf(act: () => unknown): string | undefined {
  try {
    act();
  } catch (error) {
    if (error instanceof IdmapError || error instanceof SyscallError)
      return error.code;
    throw error;
  }
  return undefined;
}
