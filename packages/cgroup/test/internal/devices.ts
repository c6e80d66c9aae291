import fc from "fast-check";
import type { DeviceRequest, DeviceRule } from "../../src/index.ts";

const number = fc.oneof(
  fc.integer({ min: 0, max: 3 }),
  fc.constantFrom(136, 0xfffff, 0xffffffff),
);
const access = fc
  .subarray(["r", "w", "m"], { minLength: 1 })
  .map((letters) => letters.join(""));

/** Requests and rules that have a chance to meet. */
export const requests: fc.Arbitrary<DeviceRequest> = fc.record({
  type: fc.constantFrom("b", "c"),
  major: number,
  minor: number,
  access,
});

const anyOr = fc.oneof(number, fc.constant(-1), fc.constant(undefined));

export const deviceRules: fc.Arbitrary<DeviceRule[]> = fc.array(
  fc.record({
    allow: fc.boolean(),
    type: fc.constantFrom("a", "b", "c", undefined),
    major: anyOr,
    minor: anyOr,
    access: fc.oneof(access, fc.constant(undefined)),
  }),
  { maxLength: 12 },
);
