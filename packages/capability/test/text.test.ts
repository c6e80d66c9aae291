import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { formatCapabilities, maskOf, parseCapabilities } from "../src/index.ts";
import { codeOf } from "./internal/code-of.ts";

/** What cap_to_text(3) and cap_from_text(3) made of the same; null: refused. */
const libcap = JSON.parse(
  readFileSync(join(import.meta.dirname, "fixtures/libcap-2.66.json"), "utf8"),
) as {
  format: [string, string, string, string][];
  parse: [string, [string, string, string] | null][];
};

test("sets are written as libcap writes them", () => {
  for (const [effective, permitted, inheritable, text] of libcap.format) {
    const sets = {
      effective: BigInt(effective),
      permitted: BigInt(permitted),
      inheritable: BigInt(inheritable),
    };
    expect(formatCapabilities(sets)).toBe(text);
  }
});

test("texts are read, and refused, as libcap does", () => {
  const refused: string[] = [];
  for (const [text, expected] of libcap.parse) {
    if (expected === null) {
      refused.push(text);
      continue;
    }
    const sets = parseCapabilities(text);
    const read = [sets.effective, sets.permitted, sets.inheritable].map(String);
    expect([text, read]).toEqual([text, expected]);
  }
  expect(
    refused.filter(
      (text) => codeOf(() => parseCapabilities(text)) === undefined,
    ),
  ).toEqual([]);
});

const mask = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  fc.bigInt({ min: 0n, max: 2n ** 41n - 1n }),
  fc.constantFrom(0n, 2n ** 41n - 1n),
);

test("what is written is read back, whatever the last capability is", () => {
  const last = fc.integer({ min: 0, max: 63 });
  fc.assert(
    fc.property(
      mask,
      mask,
      mask,
      last,
      (effective, permitted, inheritable, last) => {
        const sets = { effective, permitted, inheritable };
        const text = formatCapabilities(sets, { last });
        expect(parseCapabilities(text, { last })).toEqual(sets);
      },
    ),
    { numRuns: 300 },
  );
});

test("any other text is refused with the clause that is wrong", () => {
  const token = fc.constantFrom(
    "cap_chown",
    "all",
    "=",
    "+",
    "-",
    ",",
    "e",
    "i",
    "p",
    " ",
    "9",
    "\0",
  );
  const text = fc.oneof(
    fc.string(),
    fc.array(token).map((all) => all.join("")),
  );
  fc.assert(
    fc.property(text, (each) => {
      expect([undefined, "ERR_CAPABILITY_TEXT"]).toContain(
        codeOf(() => parseCapabilities(each)),
      );
    }),
    { numRuns: 500 },
  );
  expect(() => parseCapabilities("=ep cap_chwon-e")).toThrow(
    "invalid clause 'cap_chwon-e': expected capabilities and what to do with them",
  );
});

test("numbers in octal or hexadecimal, which libcap takes, are refused", () => {
  for (const text of ["010=p", "0x10=p"])
    expect(() => parseCapabilities(text)).toThrow("invalid clause");
});

test("'all' is what the kernel in question has", () => {
  expect(parseCapabilities("all=p", { last: 2 }).permitted).toBe(7n);
  const sets = { effective: 7n, permitted: 7n, inheritable: 0n };
  expect(formatCapabilities(sets, { last: 2 })).toBe("=ep");
  expect(formatCapabilities(sets)).toBe(
    "cap_chown,cap_dac_override,cap_dac_read_search=ep",
  );
});

test("a set of more than 64 bits is refused", () => {
  const none = { effective: 0n, permitted: 0n };
  expect(() => formatCapabilities({ ...none, inheritable: 2n ** 64n })).toThrow(
    RangeError,
  );
  expect(() => parseCapabilities("", { last: 64 })).toThrow(RangeError);
  expect(maskOf([])).toBe(0n);
});
