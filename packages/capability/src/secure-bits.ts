import {
  formatFlags,
  invoke,
  prctl,
  PrctlOptions,
  SecureBits,
  type Syscall,
} from "@ns/syscalls";

/** Reads the securebits of the calling thread, `SECBIT_*`; see PR_GET_SECUREBITS(2const). */
export function readSecureBits(): number {
  return invoke(prctl(PrctlOptions.GET_SECUREBITS));
}

/**
 * Sets the securebits, how user 0 and capabilities go together, of the calling thread: all of them at once, so begin
 * with `readSecureBits()`; see PR_SET_SECUREBITS(2const) and "The securebits flags" in capabilities(7).
 *
 * Performing it fails with `EPERM` without CAP_SETPCAP, for a bit that is locked, and to unlock one.
 * @throws {RangeError} for what is no set of flags.
 */
export function setSecureBits(bits: number): Syscall {
  if (!Number.isInteger(bits) || bits < 0 || bits > 0xffffffff) {
    throw new RangeError(
      `invalid securebits '${bits}': expected SECBIT_* flags joined by |`,
    );
  }
  return prctl(PrctlOptions.SET_SECUREBITS, bits);
}

/** Prints securebits by name: `SECBIT_NOROOT|SECBIT_NOROOT_LOCKED`. */
export function formatSecureBits(bits: number): string {
  return formatFlags(bits, { prefix: "SECBIT_", values: SecureBits });
}
