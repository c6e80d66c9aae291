import type { Fd } from "../argument.ts";
import { RLIM_INFINITY, RlimitResources } from "../constants/resource.ts";
import { oneOf, type Param, word } from "../param.ts";
import { output, struct } from "../pointer.ts";
import { decodeStruct, type Layout, layout } from "../struct.ts";
import { define, type Syscall } from "../syscall.ts";

/** A soft and a hard limit. `RLIM_INFINITY` is none. */
export interface Rlimit {
  readonly soft: number | bigint;
  readonly hard: number | bigint;
}

interface RlimitFields {
  readonly rlim_cur: number | bigint;
  readonly rlim_max: number | bigint;
}

const LIMIT: Param<number | bigint> = {
  name: "limit",
  encode: (value) => value,
  format: (value) =>
    BigInt(value) === RLIM_INFINITY ? "RLIM64_INFINITY" : value.toString(),
};

/** struct rlimit64 of include/uapi/linux/resource.h. */
export const rlimitLayout: Layout<RlimitFields> = layout<RlimitFields>(
  "rlimit64",
  {
    rlim_cur: { type: "u64", param: LIMIT },
    rlim_max: { type: "u64", param: LIMIT },
  },
);

/** How many bytes {@link prlimit} writes to `oldLimit`. */
export const RLIMIT_SIZE = 16;

const sysPrlimit = define(
  "prlimit64",
  { x64: 302, arm64: 261 },
  () => [
    word("pid"),
    oneOf("resource", { prefix: "RLIMIT_", values: RlimitResources }),
    struct("new_limit", rlimitLayout),
    output("old_limit", RLIMIT_SIZE),
  ],
  { man: "prlimit(2)" },
);

/**
 * Sets (`newLimit`) and reads (`oldLimit`, `RLIMIT_SIZE` bytes, for {@link parseRlimit}) a limit of a
 * process, 0 for the caller; see prlimit(2). Linux 2.6.36.
 * @throws {SyscallError} `EPERM` for a hard limit above the present one without CAP_SYS_RESOURCE.
 */
export function prlimit(
  pid: Fd,
  resource: number,
  newLimit: Rlimit | null,
  oldLimit: Uint8Array | null = null,
): Syscall {
  const fields =
    newLimit === null
      ? null
      : { rlim_cur: newLimit.soft, rlim_max: newLimit.hard };
  return sysPrlimit(pid, resource, fields, oldLimit);
}

/** Reads what {@link prlimit} left in `oldLimit`. */
export function parseRlimit(oldLimit: Uint8Array): {
  readonly soft: bigint;
  readonly hard: bigint;
} {
  const { rlim_cur: soft, rlim_max: hard } = decodeStruct(
    rlimitLayout,
    oldLimit,
  );
  return { soft, hard };
}
