import fc from "fast-check";
import { expect, test } from "vitest";
import {
  allCapabilities,
  Capabilities,
  maskOf,
  namesIn,
  numbersIn,
} from "../src/index.ts";

test("a set is made of names and numbers, and taken apart again", () => {
  const mask = maskOf(["CAP_CHOWN", "net_admin", Capabilities.KILL]);
  expect(mask).toBe(0x1021n);
  expect(namesIn(mask)).toEqual(["CAP_CHOWN", "CAP_KILL", "CAP_NET_ADMIN"]);
  expect(allCapabilities(40)).toBe(0x1ffffffffffn);
});

test("every set of 64 bits is what its numbers, and its names, make", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (mask) => {
      expect(maskOf(numbersIn(mask))).toBe(mask);
      expect(maskOf(namesIn(mask))).toBe(mask);
    }),
  );
});

test("what is no set is refused", () => {
  expect(() => numbersIn(-1n)).toThrow(RangeError);
  expect(() => numbersIn(2n ** 64n)).toThrow(RangeError);
  expect(() => maskOf([64])).toThrow(RangeError);
  expect(() => maskOf(["CAP_NONE"])).toThrow("unknown capability 'CAP_NONE'");
});
