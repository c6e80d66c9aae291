import { SeccompFlags, SeccompOperations } from "../constants/seccomp.ts";
import { flags, int, oneOf } from "../param.ts";
import { input, output, struct } from "../pointer.ts";
import { type Layout, layout } from "../struct.ts";
import { define, type Syscall } from "../syscall.ts";

interface SockFprog {
  /** Instructions of 8 bytes. */
  readonly len: number;
  readonly filter: Uint8Array;
}

/** struct sock_fprog of include/uapi/linux/filter.h. */
export const sockFprogLayout: Layout<SockFprog> = layout<SockFprog>(
  "sock_fprog",
  {
    len: { type: "u16", param: int("len") },
    filter: { type: "u64", param: input("filter") },
  },
);

const NUMBERS = { x64: 317, arm64: 277 };
const OPERATION = oneOf("operation", {
  prefix: "SECCOMP_",
  values: SeccompOperations,
});
const FLAGS = flags("flags", {
  prefix: "SECCOMP_FILTER_FLAG_",
  values: SeccompFlags,
});

const withFilter = define("seccomp", NUMBERS, () => [
  OPERATION,
  FLAGS,
  struct("args", sockFprogLayout),
]);
const withBuffer = define("seccomp", NUMBERS, () => [
  OPERATION,
  FLAGS,
  output("args"),
]);

/**
 * Installs a filter on the calling thread's syscalls (`SECCOMP_SET_MODE_FILTER`; `args`: BPF, 8 bytes an
 * instruction), or asks after what the kernel knows (`SECCOMP_GET_ACTION_AVAIL`; `args`: the action in 4
 * bytes); see seccomp(2). A filter needs no_new_privs or CAP_SYS_ADMIN. Linux 3.17.
 * @throws {SyscallError} `EACCES` without either; `EINVAL` for a filter the kernel rejects; `EOPNOTSUPP`
 *   for an action it does not know.
 * @throws {RangeError} if a filter is no whole number of instructions, at most 4096.
 */
export function seccomp(
  operation: number,
  seccompFlags = 0,
  args: ArrayBufferView | null = null,
): Syscall {
  if (operation !== SeccompOperations.SET_MODE_FILTER || args === null) {
    return withBuffer(operation, seccompFlags, args);
  }
  const filter = new Uint8Array(args.buffer, args.byteOffset, args.byteLength);
  const len = filter.byteLength / 8;
  if (!Number.isInteger(len) || len === 0 || len > 4096) {
    throw new RangeError(
      `invalid filter of ${filter.byteLength} bytes: expected 1 to 4096 instructions of 8 bytes`,
    );
  }
  return withFilter(operation, seccompFlags, { len, filter });
}
