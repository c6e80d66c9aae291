import fc from "fast-check";
import { expect, test } from "vitest";
import * as ns from "../src/index.ts";

interface Sample {
  readonly tiny?: number | undefined;
  readonly wide?: number | bigint | undefined;
  readonly small?: number | undefined;
  readonly signed?: number | bigint | undefined;
}

const natural = ns.layout<Sample>("sample", {
  tiny: "u8",
  wide: "u64",
  small: "u16",
  signed: "i32",
});
const packed = ns.layout<Sample>(
  "sample",
  { tiny: "u8", wide: "u64", small: "u16", signed: "i32" },
  { packed: true },
);
const offsets = (shape: ns.Layout<Sample>): number[] =>
  shape.fields.map(({ at }) => at);

test("fields lie at multiples of their size, and the struct is padded to its largest", () => {
  expect(offsets(natural)).toEqual([0, 8, 16, 20]);
  expect(natural.size).toBe(24);
});

test("fields of a packed struct follow each other", () => {
  expect(offsets(packed)).toEqual([0, 1, 9, 11]);
  expect(packed.size).toBe(15);
});

test("a struct is read as it was written", () => {
  const values = fc.record({
    tiny: fc.integer({ min: 0, max: 255 }),
    wide: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    small: fc.integer({ min: 0, max: 65535 }),
    signed: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  });
  fc.assert(
    fc.property(fc.constantFrom(natural, packed), values, (shape, value) => {
      const arena = new ns.Arena();
      const { at } = ns.encodeStruct(shape, value, arena);
      const { tiny, wide, small, signed } = value;
      expect(
        ns.decodeStruct(shape, arena.bytes.subarray(at, at + shape.size)),
      ).toEqual({
        tiny: BigInt(tiny),
        wide,
        small: BigInt(small),
        signed: BigInt(signed),
      });
    }),
  );
});

test("fields that are left out are zeros, and are not printed", () => {
  const arena = new ns.Arena();
  ns.encodeStruct(natural, { small: 3 }, arena);
  expect(ns.decodeStruct(natural, arena.bytes)).toEqual({
    tiny: 0n,
    wide: 0n,
    small: 3n,
    signed: 0n,
  });
  expect(ns.formatStruct(natural, { small: 3, wide: undefined })).toBe(
    "{small=3}",
  );
});

test("capability masks keep their upper half", () => {
  const sets = fc.record({
    effective: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    permitted: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    inheritable: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  });
  fc.assert(
    fc.property(sets, (value) => {
      const arena = new ns.Arena();
      const [, data] = ns.encodeArgs(ns.capset(value), arena);
      const at =
        typeof data === "object" && data.kind === "pointer" ? data.at : -1;
      expect(
        ns.parseCapabilitySets(
          arena.bytes.subarray(at, at + ns.CAPABILITY_DATA_SIZE),
        ),
      ).toEqual(value);
    }),
  );
});

test("a mask that JavaScript made negative fills no more than its 32 bits", () => {
  const arena = new ns.Arena();
  ns.encodeArgs(ns.mountSetattr(3, "", 0, { attr_set: 1 << 31 }), arena);
  const [pathname, attr] = [arena.bytes[0], arena.bytes.readBigUInt64LE(8)];
  expect([pathname, attr]).toEqual([0, 0x80000000n]);
  const [flags] = ns.encodeArgs(ns.unshare(ns.CloneFlags.IO | 0), arena);
  expect(flags).toBe(0x80000000);
});
