import fc from "fast-check";
import { expect, test } from "vitest";
import * as ns from "../src/index.ts";

/** What `steps` would see: the arena's bytes with every address filled in, as if it lay at `base`. */
function relocated(arena: ns.Arena, base: bigint): Buffer {
  const bytes = Buffer.from(arena.bytes);
  for (const { at, to } of arena.relocations)
    bytes.writeBigUInt64LE(base + BigInt(to), at);
  return bytes;
}

const text = fc
  .string({ unit: "binary", maxLength: 300 })
  .filter((each) => !each.includes("\0"));

test("wherever the arena lies, an array of strings is found by its addresses", () => {
  fc.assert(
    fc.property(
      fc.array(text, { maxLength: 40 }),
      fc.bigInt({ min: 0n, max: 2n ** 47n }),
      (texts, base) => {
        const arena = new ns.Arena();
        arena.placeString("something before");
        const pointer = ns.strings("argv").encode(texts, arena);
        const memory = relocated(arena, base);
        const at = (address: bigint): number => Number(address - base);
        const start =
          typeof pointer === "object" && pointer.kind === "pointer"
            ? pointer.at
            : -1;
        const addresses = texts.map((_, i) =>
          memory.readBigUInt64LE(start + i * 8),
        );
        const found = addresses.map((address) =>
          memory.toString("utf8", at(address), memory.indexOf(0, at(address))),
        );
        expect(found).toEqual(
          texts.map((each) => Buffer.from(each).toString()),
        );
        expect(memory.readBigUInt64LE(start + texts.length * 8)).toBe(0n);
      },
    ),
  );
});

test("whatever is placed lies aligned, apart from the rest, and unchanged", () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 700 }), { maxLength: 30 }),
      (pieces) => {
        const arena = new ns.Arena();
        const pointers = pieces.map((piece) => arena.place(piece));
        for (const [i, { at }] of pointers.entries()) {
          const piece = pieces[i] ?? new Uint8Array();
          expect(at % 8).toBe(0);
          expect(arena.bytes.subarray(at, at + piece.length)).toEqual(
            Buffer.from(piece),
          );
          expect(pointers[i + 1]?.at ?? arena.length).toBeGreaterThanOrEqual(
            at + piece.length,
          );
        }
      },
    ),
  );
});

test("integers of every width are written as the kernel reads them", () => {
  const widths = fc.constantFrom(
    1 as const,
    2 as const,
    4 as const,
    8 as const,
  );
  fc.assert(
    fc.property(
      widths,
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
      (width, value) => {
        const arena = new ns.Arena();
        const at = arena.reserve(16);
        arena.write(at, width, value);
        const bits = arena.bytes.readBigUInt64LE(at);
        expect(bits).toBe(BigInt.asUintN(width * 8, value));
        expect(arena.bytes.readBigUInt64LE(at + 8)).toBe(0n);
      },
    ),
  );
});

test("what is known only at run time is noted and not written", () => {
  const arena = new ns.Arena();
  const fd = ns.register("fd");
  const at = arena.reserve(16);
  arena.write(at, 4, fd);
  arena.write(at + 8, 8, ns.inherited(5, "root"));
  expect(arena.stores).toEqual([
    { at, width: 4, value: fd },
    { at: at + 8, width: 8, value: ns.inherited(5, "root") },
  ]);
  expect(() => {
    arena.write(at, 2, fd);
  }).toThrow("a field of 2 bytes cannot hold a register");
  expect(() => {
    arena.write(at, 4, { kind: "pointer", at: 0 });
  }).toThrow("a field of 4 bytes cannot hold an address");
});

test("the descriptors of a control message may be registers", () => {
  const arena = new ns.Arena();
  const [a, b] = [ns.register("a"), ns.register("b")];
  const call = ns.sendFds(3, [a, 1, b]);
  ns.encodeArgs(call, arena);
  expect(arena.stores.map(({ width, value }) => [width, value])).toEqual([
    [4, a],
    [4, b],
  ]);
  const [first = 0, second = 0] = arena.stores.map(({ at }) => at);
  expect(second - first).toBe(8);
  // struct cmsghdr before them: length without padding, SOL_SOCKET, SCM_RIGHTS
  expect(arena.bytes.readBigUInt64LE(first - 16)).toBe(28n);
  expect([
    arena.bytes.readInt32LE(first - 8),
    arena.bytes.readInt32LE(first - 4),
  ]).toEqual([1, 1]);
  expect(arena.bytes.readInt32LE(first + 4)).toBe(1);
});

test("the parts of an output buffer that registers capture are at their offsets", () => {
  const arena = new ns.Arena();
  const [a, b] = [ns.register("a"), ns.register("b")];
  const [pointer] = ns.encodeArgs(ns.pipe2(ns.captureInts(a, b)), arena);
  expect(pointer).toEqual({ kind: "pointer", at: 0 });
  expect(arena.captures).toEqual([
    { register: a, at: 0, width: 4 },
    { register: b, at: 4, width: 4 },
  ]);
});
