import { describe, expect, it } from "vitest";
import {
  pairwiseDifferences,
  pairwiseRatios,
  quantile,
  summarize,
} from "../src/statistics.ts";

describe("quantile", () => {
  it.each([
    { q: 0, expected: 10 },
    { q: 0.25, expected: 20 },
    { q: 0.5, expected: 30 },
    { q: 0.9, expected: 46 },
    { q: 1, expected: 50 },
  ])("$q of five values lies at $expected", ({ q, expected }) => {
    expect(quantile([10, 20, 30, 40, 50], q)).toBeCloseTo(expected, 10);
  });

  it("of one value is that value", () => {
    expect(quantile([7], 0.9)).toBe(7);
  });

  it("of no values is refused", () => {
    expect(() => quantile([], 0.5)).toThrow(RangeError);
  });
});

describe("summarize", () => {
  it("takes values in any order, and sorts them as numbers", () => {
    const values = Array.from({ length: 101 }, (_, i) => (i * 37) % 101);
    expect(summarize(values)).toEqual({ median: 50, p10: 10, p90: 90 });
  });

  it("has the mean of the middle two as the median of an even number", () => {
    expect(summarize([100, 1, 3, 2]).median).toBe(2.5);
  });

  it("leaves its argument as it is", () => {
    const values = [3, 1, 2];
    summarize(values);
    expect(values).toEqual([3, 1, 2]);
  });
});

describe("pairs of rounds", () => {
  it("give a ratio each, which drift does not change", () => {
    expect(pairwiseRatios([10, 20, 40], [1, 2, 4])).toEqual([10, 10, 10]);
  });

  it("give a difference each", () => {
    expect(pairwiseDifferences([31, 52], [30, 50])).toEqual([1, 2]);
  });

  it("need a value on both sides", () => {
    expect(() => pairwiseRatios([1, 2], [1])).toThrow(RangeError);
  });
});
