import {
  capabilityName,
  capabilityNumber,
  checkCapability,
  MAX_CAPABILITY,
} from "./name.ts";

/** All 64 bits of a set. */
export const ALL_BITS: bigint = (1n << BigInt(MAX_CAPABILITY + 1)) - 1n;

/**
 * A set of capabilities, bit n for capability n, from names and numbers:
 * `maskOf(["CAP_CHOWN", "net_admin", Capabilities.KILL])`.
 * @throws {CapabilityError} `ERR_CAPABILITY_UNKNOWN` for a name that is none.
 * @throws {RangeError} for a number no set has room for.
 */
export function maskOf(capabilities: Iterable<string | number>): bigint {
  let mask = 0n;
  for (const each of capabilities) {
    const number =
      typeof each === "string" ? capabilityNumber(each) : checkCapability(each);
    mask |= 1n << BigInt(number);
  }
  return mask;
}

/** The capabilities in a set, by number, ascending. */
export function numbersIn(mask: bigint): number[] {
  checkMask("mask", mask);
  const numbers: number[] = [];
  for (let n = 0, rest = mask; rest !== 0n; n++, rest >>= 1n)
    if ((rest & 1n) !== 0n) numbers.push(n);
  return numbers;
}

/** The capabilities in a set, by name: `["CAP_CHOWN", "CAP_KILL"]`. */
export function namesIn(mask: bigint): string[] {
  return numbersIn(mask).map(capabilityName);
}

/** The set of all capabilities up to `last`, which `lastCapability()` knows. */
export function allCapabilities(last: number): bigint {
  return (1n << BigInt(checkCapability(last) + 1)) - 1n;
}

/** Whether every capability in `part` is in `whole`. */
export function isSubset(part: bigint, whole: bigint): boolean {
  return (part & ~whole) === 0n;
}

/**
 * Refuses what is not a set of capabilities.
 * @throws {RangeError} for more than 64 bits, or a negative number.
 */
export function checkMask(name: string, mask: bigint): void {
  if (typeof mask === "bigint" && mask >= 0n && mask <= ALL_BITS) return;
  throw new RangeError(
    `invalid ${name} '${String(mask)}': expected a set of capabilities as a bigint of 64 bits`,
  );
}
