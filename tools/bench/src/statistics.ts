/** Where the middle of the values lies, and how far they spread. */
export interface Summary {
  readonly median: number;
  readonly p10: number;
  readonly p90: number;
}

/** @throws {RangeError} when there are no values. */
export function summarize(values: readonly number[]): Summary {
  const sorted = values.toSorted((a, b) => a - b);
  return {
    median: quantile(sorted, 0.5),
    p10: quantile(sorted, 0.1),
    p90: quantile(sorted, 0.9),
  };
}

/** The value below which the share `q` of `sorted` lies, interpolated between its two neighbours. */
export function quantile(sorted: readonly number[], q: number): number {
  const position = (sorted.length - 1) * q;
  const below = sorted[Math.floor(position)];
  const above = sorted[Math.ceil(position)];
  if (below === undefined || above === undefined)
    throw new RangeError(
      `no quantile '${q}' of ${sorted.length} values: expected 0 to 1 of at least one`,
    );
  return below + (above - below) * (position - Math.floor(position));
}

/** `numerators[i] / denominators[i]`: what was measured in the same round is compared, so drift cancels out. */
export function pairwiseRatios(
  numerators: readonly number[],
  denominators: readonly number[],
): number[] {
  return pairs(numerators, denominators).map(([a, b]) => a / b);
}

/** `minuends[i] - subtrahends[i]`, by round as {@link pairwiseRatios}. */
export function pairwiseDifferences(
  minuends: readonly number[],
  subtrahends: readonly number[],
): number[] {
  return pairs(minuends, subtrahends).map(([a, b]) => a - b);
}

function pairs(
  left: readonly number[],
  right: readonly number[],
): (readonly [number, number])[] {
  if (left.length !== right.length)
    throw new RangeError(
      `cannot pair ${left.length} values with ${right.length}: expected one of each for every round`,
    );
  return left.map((value, round) => [value, right[round] ?? NaN] as const);
}
