import { describe, expect, it } from "vitest";
import { shuffled } from "../src/order.ts";

const items = ["a", "b", "c", "d", "e"];

describe("the order of a round", () => {
  it("has everything once", () => {
    expect(shuffled(items, 4).sort()).toEqual(items);
  });

  it("is the same for the same seed", () => {
    expect(shuffled(items, 4)).toEqual(shuffled(items, 4));
  });

  it("puts everything first about equally often", () => {
    const rounds = Array.from({ length: 1000 }, (_, i) => shuffled(items, i));
    for (const item of items) {
      const times = rounds.filter(([first]) => first === item).length;
      expect(times).toBeGreaterThan(140);
      expect(times).toBeLessThan(260);
    }
  });
});
