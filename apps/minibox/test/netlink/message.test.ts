import fc from "fast-check";
import { expect, test } from "vitest";
import {
  encodeAttributes,
  encodeMessage,
  encodeText,
  parseAttributes,
  parseMessages,
  parseText,
} from "../../src/netlink/message.ts";

const bytes = fc
  .uint8Array({ maxLength: 40 })
  .map((array) => Buffer.from(array));
const uint16 = fc.integer({ min: 0, max: 0xffff });
const message = fc.record({
  type: uint16,
  flags: uint16,
  sequence: fc.integer({ min: 0, max: 0xffffffff }),
  // padded, so that several fit behind each other
  payload: bytes.map((each) => each.subarray(0, each.length & ~3)),
});

test("messages are what they were, one after the other", () => {
  fc.assert(
    fc.property(fc.array(message), (messages) => {
      const all = Buffer.concat(messages.map(encodeMessage));
      expect(parseMessages(all)).toEqual(messages);
    }),
  );
});

test("attributes are what they were, whatever their length", () => {
  const type = fc.integer({ min: 0, max: 0x3fff });
  const attributes = fc.uniqueArray(fc.tuple(type, bytes), {
    selector: ([number]) => number,
  });
  fc.assert(
    fc.property(attributes, (list) => {
      expect([...parseAttributes(encodeAttributes(list))]).toEqual(list);
    }),
  );
});

test("no bytes make the parsers fail in another way than they say, or not end", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (array) => {
      const errors = [parseMessages, parseAttributes].map((parse) =>
        errorOf(() => parse(Buffer.from(array))),
      );
      for (const error of errors)
        expect([undefined, "RangeError"]).toContain(error);
    }),
  );
});

function errorOf(act: () => unknown): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    return (error as Error).constructor.name;
  }
}

test("a text ends at its first NUL", () => {
  expect(encodeText("lo")).toEqual(Buffer.from([0x6c, 0x6f, 0]));
  expect(parseText(Buffer.from("lo\0\0"))).toBe("lo");
  expect(parseText(undefined)).toBe("");
});
