/** Ascending numbers as ranges: `"1-3, 7"`. */
export function formatRanges(numbers: readonly number[]): string {
  const ranges: [from: number, to: number][] = [];
  for (const each of numbers) {
    const last = ranges.at(-1);
    if (last !== undefined && each === last[1] + 1) last[1] = each;
    else ranges.push([each, each]);
  }
  return ranges
    .map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`))
    .join(", ");
}
