import fc from "fast-check";
import { expect, test } from "vitest";
import { containerId, hostId, MAX_ID, parseId } from "../src/index.ts";
import { codeOf } from "./internal/code-of.ts";

test.each(["0", "1", "1000", "4294967294"])("'%s' is an id", (text) => {
  expect(parseId(text)).toBe(Number(text));
});

test.each([
  "",
  " 1",
  "1 ",
  "1\n",
  "+1",
  "-1",
  "00",
  "01",
  "1.0",
  "1e3",
  "0x3e8",
  "1000abc",
  "4294967295",
  "4294967296",
  "18446744073709551616",
  "٣",
  "１",
])("%j is no id", (text) => {
  expect(codeOf(() => parseId(text))).toBe("ERR_IDMAP_INVALID_ID");
});

test("a text is the id it is printed as, or an error", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: MAX_ID }), (id) => {
      expect(parseId(String(id))).toBe(id);
    }),
  );
  fc.assert(
    fc.property(fc.string(), (text) => {
      const isId = /^(0|[1-9][0-9]*)$/.test(text) && Number(text) <= MAX_ID;
      expect(codeOf(() => parseId(text)) === undefined).toBe(isId);
    }),
  );
});

test.each([-1, 0.5, NaN, 2 ** 32 - 1, 2 ** 32])("%d marks no id", (id) => {
  expect(() => hostId(id)).toThrow(RangeError);
  expect(() => containerId(id)).toThrow(RangeError);
});
