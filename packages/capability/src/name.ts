import { readFileSync } from "node:fs";
import {
  Capabilities,
  invoke,
  prctl,
  PrctlOptions,
  SyscallError,
} from "@ns/syscalls";
import { CapabilityError } from "./error.ts";

/** The highest number a set has room for: the sets are 64 bits wide. */
export const MAX_CAPABILITY = 63;

const NAMES: readonly string[] = Object.entries(Capabilities)
  .toSorted(([, a], [, b]) => a - b)
  .map(([name]) => `CAP_${name}`);

/**
 * The name of a capability, `"CAP_CHOWN"`; its number in decimal if it is newer than this package.
 * @throws {RangeError} for a number no set has room for.
 */
export function capabilityName(capability: number): string {
  return NAMES[checkCapability(capability)] ?? String(capability);
}

/**
 * The number of a capability: by name in upper or lower case, with or without `CAP_`, or by its decimal number.
 * @throws {CapabilityError} `ERR_CAPABILITY_UNKNOWN` for anything else.
 */
export function capabilityNumber(name: string): number {
  const upper = name.toUpperCase();
  const found = NAMES.indexOf(
    upper.startsWith("CAP_") ? upper : `CAP_${upper}`,
  );
  if (found !== -1) return found;
  if (/^\d{1,2}$/.test(name) && Number(name) <= MAX_CAPABILITY)
    return Number(name);
  throw new CapabilityError(
    "ERR_CAPABILITY_UNKNOWN",
    `unknown capability '${name}': expected a name as 'CAP_CHOWN', or 0 to ${MAX_CAPABILITY}`,
  );
}

/**
 * The highest capability that the running kernel has, from /proc/sys/kernel/cap_last_cap (Linux 3.2); without
 * /proc by asking after each; see capabilities(7).
 */
export function lastCapability(): number {
  try {
    return Number(readFileSync("/proc/sys/kernel/cap_last_cap", "utf8"));
  } catch (error) {
    // no /proc is mounted here
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return probeLastCapability();
  }
}

/** Finds the highest capability without /proc: prctl(2) knows no higher one. */
export function probeLastCapability(): number {
  for (let capability = 0; capability <= MAX_CAPABILITY; capability++) {
    try {
      invoke(prctl(PrctlOptions.CAPBSET_READ, capability));
    } catch (error) {
      // PR_CAPBSET_READ of a capability that the kernel does not have
      if (error instanceof SyscallError && error.code === "EINVAL")
        return capability - 1;
      throw error;
    }
  }
  return MAX_CAPABILITY;
}

/**
 * The number itself, if a set has room for it.
 * @throws {RangeError} if not.
 */
export function checkCapability(capability: number): number {
  if (
    Number.isInteger(capability) &&
    capability >= 0 &&
    capability <= MAX_CAPABILITY
  )
    return capability;
  throw new RangeError(
    `invalid capability '${capability}': expected a number from 0 to ${MAX_CAPABILITY}`,
  );
}
