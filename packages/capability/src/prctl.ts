import {
  CapAmbientOperations,
  prctl,
  PrctlOptions,
  type Step,
  step,
} from "@ns/syscalls";
import { capabilityName, checkCapability } from "./name.ts";

/**
 * Drops a capability from the bounding set for good: no execve(2) grants it any more. This thread and its future
 * children. See PR_CAPBSET_DROP(2const).
 *
 * Performing it fails with `EPERM` without CAP_SETPCAP, and with `EINVAL` for a capability the kernel does not have.
 */
export function dropBounding(capability: number): Step {
  return step(prctl(PrctlOptions.CAPBSET_DROP, checkCapability(capability)), {
    why: `never again ${capabilityName(capability)}`,
  });
}

/**
 * Keeps a capability across execve(2) without root or file capabilities; see PR_CAP_AMBIENT(2const). Linux 4.3.
 *
 * Performing it fails with `EPERM` unless the capability is permitted and inheritable, and with
 * SECBIT_NO_CAP_AMBIENT_RAISE.
 */
export function raiseAmbient(capability: number): Step {
  const { RAISE } = CapAmbientOperations;
  return step(
    prctl(PrctlOptions.CAP_AMBIENT, RAISE, checkCapability(capability)),
    { why: `keep ${capabilityName(capability)} across execve` },
  );
}

/** Takes a capability out of the ambient set; see PR_CAP_AMBIENT(2const). Linux 4.3. */
export function lowerAmbient(capability: number): Step {
  const { LOWER } = CapAmbientOperations;
  return step(
    prctl(PrctlOptions.CAP_AMBIENT, LOWER, checkCapability(capability)),
    { why: `do not keep ${capabilityName(capability)} across execve` },
  );
}

/** Empties the ambient set; see PR_CAP_AMBIENT(2const). Linux 4.3. */
export function clearAmbient(): Step {
  return step(prctl(PrctlOptions.CAP_AMBIENT, CapAmbientOperations.CLEAR_ALL), {
    why: "keep no capability across execve",
  });
}
