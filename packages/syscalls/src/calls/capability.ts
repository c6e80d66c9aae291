import type { Arena } from "../arena.ts";
import type { Fd } from "../argument.ts";
import { Capabilities, CAPABILITY_VERSION_3 } from "../constants/capability.ts";
import { oneOf, type Param, word } from "../param.ts";
import { output, struct } from "../pointer.ts";
import { decodeStruct, type Layout, layout, writeStruct } from "../struct.ts";
import { define, type Syscall } from "../syscall.ts";

/** The three capability sets that capset(2) takes; bit n is capability n of capabilities(7). */
export interface CapabilitySets {
  readonly effective: bigint;
  readonly permitted: bigint;
  readonly inheritable: bigint;
}

/** A set of capabilities, given by number. */
export function capabilityMask(capabilities: readonly number[]): bigint {
  return capabilities.reduce((mask, each) => mask | (1n << BigInt(each)), 0n);
}

interface Header {
  readonly version: number;
  readonly pid: Fd;
}

/** struct __user_cap_header_struct of include/uapi/linux/capability.h. */
export const capHeaderLayout: Layout<Header> = layout<Header>(
  "__user_cap_header_struct",
  {
    version: {
      type: "u32",
      param: oneOf("version", {
        prefix: "_LINUX_CAPABILITY_",
        values: { VERSION_3: CAPABILITY_VERSION_3 },
      }),
    },
    pid: { type: "i32", param: word("pid") },
  },
);

/** struct __user_cap_data_struct of include/uapi/linux/capability.h: 32 bits of each set. */
export const capDataLayout: Layout<
  Record<keyof CapabilitySets, number | bigint>
> = layout("__user_cap_data_struct", {
  effective: "u32",
  permitted: "u32",
  inheritable: "u32",
});

const HEADER = struct("hdrp", capHeaderLayout);

/** How many bytes {@link capget} writes. */
export const CAPABILITY_DATA_SIZE = 24;

const sysCapget = define("capget", { x64: 125, arm64: 90 }, () => [
  HEADER,
  output("datap", CAPABILITY_DATA_SIZE),
]);

/** Puts the capability sets of the thread `pid` (0: the caller) in `data`, for {@link parseCapabilitySets}; see capget(2). */
export function capget(pid: Fd, data: Uint8Array): Syscall {
  return sysCapget({ version: CAPABILITY_VERSION_3, pid }, data);
}

const sysCapset = define("capset", { x64: 126, arm64: 91 }, () => [
  HEADER,
  capData("datap"),
]);

/**
 * Sets the caller's effective, permitted and inheritable capabilities; see capset(2). This thread only.
 * @throws {SyscallError} `EPERM` for a capability that is not permitted, or an inheritable one outside the
 *   bounding set.
 */
export function capset(sets: CapabilitySets): Syscall {
  return sysCapset({ version: CAPABILITY_VERSION_3, pid: 0 }, sets);
}

/** Reads what {@link capget} left in `data`. */
export function parseCapabilitySets(data: Uint8Array): CapabilitySets {
  const low = decodeStruct(capDataLayout, data.subarray(0, capDataLayout.size));
  const high = decodeStruct(capDataLayout, data.subarray(capDataLayout.size));
  return {
    effective: low.effective | (high.effective << 32n),
    permitted: low.permitted | (high.permitted << 32n),
    inheritable: low.inheritable | (high.inheritable << 32n),
  };
}

function capData(name: string): Param<CapabilitySets> {
  return {
    name,
    encode: (sets, arena: Arena) => {
      const at = arena.reserve(CAPABILITY_DATA_SIZE);
      writeStruct(capDataLayout, half(sets, 0n), arena, at);
      writeStruct(
        capDataLayout,
        half(sets, 32n),
        arena,
        at + capDataLayout.size,
      );
      return { kind: "pointer", at };
    },
    format: ({ effective, permitted, inheritable }) =>
      `{effective=${formatMask(effective)}, permitted=${formatMask(permitted)}, inheritable=${formatMask(inheritable)}}`,
  };
}

function half(sets: CapabilitySets, shift: bigint): CapabilitySets {
  const of = (mask: bigint): bigint => (mask >> shift) & 0xffffffffn;
  return {
    effective: of(sets.effective),
    permitted: of(sets.permitted),
    inheritable: of(sets.inheritable),
  };
}

function formatMask(mask: bigint): string {
  const names = Object.entries(Capabilities).map(
    ([name, bit]) => [`1<<CAP_${name}`, 1n << BigInt(bit)] as const,
  );
  const known = names.filter(([, bit]) => (mask & bit) !== 0n);
  const rest = known.reduce((left, [, bit]) => left & ~bit, mask);
  const parts: string[] = known.map(([name]) => name);
  if (rest !== 0n) parts.push(`0x${rest.toString(16)}`);
  return parts.length === 0 ? "0" : parts.join("|");
}
