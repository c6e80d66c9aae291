import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  cpuMax,
  cpuWeight,
  formatCpuList,
  ioWeight,
  limitOrMax,
  normalizeCgroupPath,
  parseCpuList,
  swapMax,
} from "../src/index.ts";
import { codeOf } from "./internal/code-of.ts";

describe("shares and weights", () => {
  // the ends and the default, which the curve is drawn through; the rest was computed from its formula elsewhere
  test.each([
    [1, 1],
    [2, 1],
    [3, 2],
    [1024, 100],
    [512, 59],
    [102_400, 4429],
    [262_143, 10_000],
    [262_144, 10_000],
    [262_145, 10_000],
  ])("%i shares are a weight of %i", (shares, weight) => {
    expect(cpuWeight(shares)).toBe(weight);
  });

  test("more shares never weigh less, and every weight is one the kernel takes", () => {
    const shares = fc.integer({ min: 1, max: 300_000 });
    fc.assert(
      fc.property(shares, shares, (a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        expect(cpuWeight(low)).toBeLessThanOrEqual(cpuWeight(high));
        expect(cpuWeight(low)).toBeGreaterThanOrEqual(1);
        expect(cpuWeight(high)).toBeLessThanOrEqual(10_000);
        expect(Number.isInteger(cpuWeight(a))).toBe(true);
      }),
    );
  });

  test("blkio's weights are spread over io's", () => {
    expect([10, 100, 500, 1000].map(ioWeight)).toEqual([1, 910, 4950, 10_000]);
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 999 }), (weight) => {
        expect(ioWeight(weight + 1)).toBeGreaterThan(ioWeight(weight));
      }),
    );
  });
});

describe("memory and swap", () => {
  test.each([
    [{ limit: 100, swap: 150 }, 50],
    [{ limit: 100, swap: 100 }, 0],
    [{ limit: 100, swap: -1 }, "max"],
    [{ limit: 100 }, undefined],
    [{ limit: -1 }, "max"],
    [{ limit: -1, swap: 70 }, 70],
    [{}, undefined],
  ] as const)("%o leaves %s for swap", (given, swap) => {
    expect(swapMax(given)).toBe(swap);
  });

  test("a sum without its part, or smaller than it, is refused", () => {
    expect(() => swapMax({ swap: 10 })).toThrow(RangeError);
    expect(() => swapMax({ limit: 11, swap: 10 })).toThrow(
      "invalid memory.swap '10': expected at least memory.limit, '11', which it includes",
    );
  });

  test("memory and what is left for swap are the sum again", () => {
    const bytes = fc.integer({ min: 1, max: 2 ** 50 });
    fc.assert(
      fc.property(bytes, bytes, (limit, more) => {
        expect(swapMax({ limit, swap: limit + more })).toBe(more);
      }),
    );
  });
});

test("a quota and its period are one line", () => {
  expect(cpuMax({ quota: 50_000, period: 100_000 })).toBe("50000 100000");
  expect(cpuMax({ quota: -1, period: 100_000 })).toBe("max 100000");
  expect(cpuMax({ quota: 50_000 })).toBe("50000");
  expect([limitOrMax(-1), limitOrMax(0)]).toEqual(["max", "0"]);
});

describe("lists of CPUs", () => {
  test("numbers and ranges are read, in any order and twice", () => {
    expect(parseCpuList("7,0-3, 2\n")).toEqual([0, 1, 2, 3, 7]);
    expect(parseCpuList("")).toEqual([]);
  });

  test.each(["a", "3-1", "1,", "-1", "0-70000", "1-2-3", "0 1"])(
    "%j is refused",
    (list) => {
      expect(() => parseCpuList(list)).toThrow(RangeError);
    },
  );

  test("what is written is read back", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat({ max: 300 })), (numbers) => {
        expect(parseCpuList(formatCpuList(numbers))).toEqual(
          numbers.toSorted((a, b) => a - b),
        );
      }),
    );
  });
});

describe("paths", () => {
  test("have one form", () => {
    expect(normalizeCgroupPath("a//b/./c/")).toBe("/a/b/c");
    expect(normalizeCgroupPath("")).toBe("/");
  });

  test.each(["..", "/a/../b", "a/..", "a\nb", "a\0b", "x".repeat(256)])(
    "%j is refused",
    (path) => {
      expect(codeOf(() => normalizeCgroupPath(path))).toBe(
        "ERR_CGROUP_INVALID",
      );
    },
  );

  test("never lead up, whatever they are made of", () => {
    const part = fc.constantFrom("..", ".", "", "a", "...", "a..", "/", "b");
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const path = parts.join("/");
        const code = codeOf(() => normalizeCgroupPath(path));
        expect(code === "ERR_CGROUP_INVALID").toBe(
          path.split("/").includes(".."),
        );
        fc.pre(code === undefined);
        const normal = normalizeCgroupPath(path);
        expect(normal.split("/")).not.toContain("..");
        expect(normalizeCgroupPath(normal)).toBe(normal);
      }),
    );
  });
});
