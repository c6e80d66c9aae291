import fc from "fast-check";
import { expect, test } from "vitest";
import {
  capabilityName,
  capabilityNumber,
  lastCapability,
  MAX_CAPABILITY,
} from "../src/index.ts";
import { probeLastCapability } from "../src/name.ts";

test("a capability is found by name in any case, with or without its prefix, and by number", () => {
  for (const name of ["CAP_NET_ADMIN", "cap_net_admin", "Net_Admin", "12"])
    expect(capabilityNumber(name)).toBe(12);
  expect(capabilityName(12)).toBe("CAP_NET_ADMIN");
});

test("a capability newer than this package is its number", () => {
  expect(capabilityName(41)).toBe("41");
  expect(capabilityNumber("63")).toBe(63);
});

test("every capability there can be is found by what it is called", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: MAX_CAPABILITY }), (number) => {
      expect(capabilityNumber(capabilityName(number))).toBe(number);
    }),
  );
});

test.each([
  "",
  "CAP_",
  "CAP_NONE",
  "64",
  "-1",
  "0x3",
  "1.5",
  " 1",
  "constructor",
])("'%s' is no capability", (name) => {
  expect(() => capabilityNumber(name)).toThrow(
    expect.objectContaining({ code: "ERR_CAPABILITY_UNKNOWN" }) as Error,
  );
});

test.each([-1, 64, 1.5, NaN])("%d has no room in a set", (number) => {
  expect(() => capabilityName(number)).toThrow(RangeError);
});

test("the kernel says which is the last, with /proc and without", () => {
  expect(lastCapability()).toBeGreaterThanOrEqual(37);
  expect(probeLastCapability()).toBe(lastCapability());
});
