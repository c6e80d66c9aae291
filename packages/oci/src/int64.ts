/**
 * A 64-bit integer: a number where that is exact, and a bigint beyond 2^53. A config.json may hold 9223372036854771712
 * for a limit, or 18446744073709551615 for RLIM_INFINITY, which a number cannot. `${value}` is right for both, and both
 * compare with `<`; for arithmetic, `BigInt(value)` is exact.
 */
export type Int64 = number | bigint;

/** The same without a sign. */
export type Uint64 = number | bigint;
