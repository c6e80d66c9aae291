import fc from "fast-check";
import { expect, test } from "vitest";
import {
  allocateRange,
  checkIdMap,
  containerId,
  formatIdMap,
  keepIdMap,
  rootlessMap,
  toHost,
} from "../src/index.ts";
import { codeOf } from "./internal/code-of.ts";

const subordinate = [
  { first: 100000, size: 1000 },
  { first: 300000, size: 65536 },
];

test("0 inside is the caller, and from 1 on come the subordinate ids, up to 65535", () => {
  expect(formatIdMap(rootlessMap(1000, subordinate))).toBe(
    "0 1000 1\n1 100000 1000\n1001 300000 64535\n",
  );
  expect(formatIdMap(rootlessMap(1000, []))).toBe("0 1000 1\n");
  expect(formatIdMap(rootlessMap(1000, subordinate, { size: 2 }))).toBe(
    "0 1000 1\n1 100000 1\n",
  );
});

test("the caller keeps its id, and the subordinate ids are around it", () => {
  expect(formatIdMap(keepIdMap(1000, subordinate))).toBe(
    "0 100000 1000\n1000 1000 1\n1001 300000 64535\n",
  );
  expect(formatIdMap(keepIdMap(0, subordinate, { size: 2 }))).toBe(
    "0 0 1\n1 100000 1\n",
  );
  expect(formatIdMap(keepIdMap(70000, [{ first: 100000, size: 10 }]))).toBe(
    "0 100000 10\n70000 70000 1\n",
  );
});

const ranges = fc
  .uniqueArray(fc.integer({ min: 0, max: 50 }), { maxLength: 5 })
  .map((slots) =>
    slots.map((slot) => ({
      first: 100_000 + slot * 10_000,
      size: 1 + ((slot * 7919) % 10_000),
    })),
  );

test("maps are valid, have the caller in its place, and no more ids than asked for", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 99_999 }),
      ranges,
      fc.integer({ min: 1, max: 70_000 }),
      (own, given, size) => {
        const rootless = rootlessMap(own, given, { size });
        const kept = keepIdMap(own, given, { size });
        checkIdMap(rootless);
        checkIdMap(kept);
        expect(toHost(rootless, containerId(0))).toBe(own);
        expect(toHost(kept, containerId(own))).toBe(own);
        const count = rootless.reduce((sum, line) => sum + line.size, 0);
        const granted = given.reduce((sum, range) => sum + range.size, 0);
        expect(count).toBe(Math.min(size, granted + 1));
      },
    ),
  );
});

test("one more container gets the first ids in a row that are free", () => {
  const pool = [
    { first: 1000, size: 100 },
    { first: 5000, size: 1000 },
  ];
  const taken = [
    { first: 1050, size: 10 },
    { first: 1000, size: 20 },
  ];
  expect(allocateRange(30, { pool, taken })).toEqual({ first: 1020, size: 30 });
  expect(allocateRange(40, { pool, taken })).toEqual({ first: 1060, size: 40 });
  expect(allocateRange(41, { pool, taken })).toEqual({ first: 5000, size: 41 });
  expect(codeOf(() => allocateRange(1001, { pool, taken }))).toBe(
    "ERR_IDMAP_TOO_FEW_IDS",
  );
});

test("no id is given twice, and none is refused while there are enough in a row", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 30 }),
      (sizes) => {
        const pool = [
          { first: 10, size: 100 },
          { first: 200, size: 50 },
        ];
        const taken: { first: number; size: number }[] = [];
        for (const size of sizes) {
          let given;
          try {
            given = allocateRange(size, { pool, taken });
          } catch {
            // ERR_IDMAP_TOO_FEW_IDS
            continue;
          }
          const { first } = given;
          for (const used of taken)
            expect(
              first + size <= used.first || used.first + used.size <= first,
            ).toBe(true);
          expect(
            pool.some(
              (range) =>
                first >= range.first &&
                first + size <= range.first + range.size,
            ),
          ).toBe(true);
          taken.push(given);
        }
      },
    ),
  );
});

test("ranges and sizes that cannot be are refused", () => {
  for (const act of [
    () => rootlessMap(-1, []),
    () => rootlessMap(0, [{ first: 1, size: 0 }]),
    () => rootlessMap(0, [], { size: 0 }),
    () => keepIdMap(2 ** 32, []),
    () => allocateRange(1.5, { pool: [], taken: [] }),
    () =>
      allocateRange(1, { pool: [{ first: 4294967295, size: 1 }], taken: [] }),
  ])
    expect(act).toThrow(RangeError);
});
