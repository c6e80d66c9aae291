/** The limits of v1's cpu.shares, as the kernel clamps them: MIN_SHARES and MAX_SHARES of kernel/sched/sched.h. */
const SHARES = { min: 2, max: 262_144 } as const;
const WEIGHT = { min: 1, max: 10_000 } as const;

/**
 * v1's cpu.shares as v2's cpu.weight: 2, 1024 and 262144, the smallest, the default and the largest, become 1, 100
 * and 10000, and the curve through these points in between. As in runc 1.3.2 and crun 1.23; before, a straight line
 * made 39 of the default.
 */
export function cpuWeight(shares: number): number {
  if (shares <= SHARES.min) return WEIGHT.min;
  if (shares >= SHARES.max) return WEIGHT.max;
  const l = Math.log2(shares);
  return Math.ceil(10 ** ((l * l + 125 * l) / 612 - 7 / 34));
}

/** v1's blkio.weight, 10 to 1000, as v2's io.weight, 1 to 10000: a straight line, as in runc. */
export function ioWeight(weight: number): number {
  return 1 + Math.floor(((weight - 10) * 9999) / 990);
}

/** v2's cpu.max. A quota that is not positive is no limit; of what is left out the kernel keeps or takes its own. */
export function cpuMax({
  quota = 0,
  period = 0,
}: {
  readonly quota?: number | undefined;
  readonly period?: number | undefined;
}): string {
  const max = quota > 0 ? String(quota) : "max";
  return period > 0 ? `${max} ${String(period)}` : max;
}

/**
 * v2's memory.swap.max, which limits swap alone, from a limit on memory and swap together. Undefined: nothing to set.
 * With memory unlimited and nothing said of swap, it is unlimited too, as it was on v1.
 * @throws {RangeError} if the part that is memory is not known, or larger than the sum.
 */
export function swapMax({
  limit = 0,
  swap = 0,
}: {
  readonly limit?: number | undefined;
  readonly swap?: number | undefined;
}): number | "max" | undefined {
  if (swap < 0 || (limit < 0 && swap === 0)) return "max";
  if (swap === 0) return undefined;
  if (limit < 0) return swap;
  if (limit === 0)
    throw new RangeError(
      `invalid memory.swap '${String(swap)}' without memory.limit: expected both, since cgroup v2 limits swap alone`,
    );
  if (swap < limit)
    throw new RangeError(
      `invalid memory.swap '${String(swap)}': expected at least memory.limit, '${String(limit)}', which it includes`,
    );
  return swap - limit;
}

/** A limit as v2 writes it. */
export function limitOrMax(limit: number): string {
  return limit < 0 ? "max" : String(limit);
}
