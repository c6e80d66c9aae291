import type { Summary } from "./statistics.ts";

/** Three digits, as far as they say something: `0.21`, `4.80`, `32.1`, `330`. */
export function numberText(value: number): string {
  const size = Math.abs(value);
  return value.toFixed(size < 10 ? 2 : size < 100 ? 1 : 0);
}

/** `4.80 (4.61–5.33)`: the median, and between which values eight of ten lie. */
export function summaryText({ median, p10, p90 }: Summary): string {
  return `${numberText(median)} (${numberText(p10)}–${numberText(p90)})`;
}
