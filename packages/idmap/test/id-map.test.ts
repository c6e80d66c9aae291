import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  checkIdMap,
  containerId,
  formatIdMap,
  hostId,
  type IdMapping,
  MAX_ID,
  parseIdMap,
  readIdMap,
  toContainer,
  toHost,
} from "../src/index.ts";
import { codeOf } from "./internal/code-of.ts";
import { maps } from "./internal/maps.ts";

const map = parseIdMap("0 1000 1\n1 100000 65536\n");

describe("parsing", () => {
  test("the kernel's own text is read", () => {
    expect(parseIdMap("         0          0 4294967295\n")).toEqual([
      { containerId: 0, hostId: 0, size: 4294967295 },
    ]);
    expect(map).toEqual([
      { containerId: 0, hostId: 1000, size: 1 },
      { containerId: 1, hostId: 100000, size: 65536 },
    ]);
    expect(parseIdMap("")).toEqual([]);
  });

  test.each([
    "\n",
    "0 0",
    "0 0 1 2",
    "0 0 x",
    "0 0 -1",
    "a 0 1",
    "0 0 1\n\n",
    "0,0,1",
    "0 0 1\r\n",
    "0 0 99999999999",
  ])("%j is no map", (text) => {
    expect(codeOf(() => parseIdMap(text))).toBe("ERR_IDMAP_INVALID_MAP");
  });

  test("what is written is read back", () => {
    fc.assert(
      fc.property(maps, (each) => {
        expect(parseIdMap(formatIdMap(each))).toEqual(each);
      }),
    );
  });

  test("any text is a valid map or an error of its own", () => {
    const field = fc.oneof(
      fc.nat(),
      fc.constantFrom("", " ", "\n", "-", 4294967295),
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(field).map((all) => all.join(" ")),
    );
    fc.assert(
      fc.property(text, (each) => {
        expect([undefined, "ERR_IDMAP_INVALID_MAP"]).toContain(
          codeOf(() => parseIdMap(each)),
        );
      }),
    );
  });

  test("of this process it is what the kernel says", () => {
    expect(readIdMap("uid").length).toBeGreaterThan(0);
    expect(readIdMap("gid", process.ppid)).toEqual(readIdMap("gid"));
  });
});

describe("checking", () => {
  const line = (
    containerId: number,
    hostId: number,
    size: number,
  ): IdMapping => ({
    containerId,
    hostId,
    size,
  });

  test.each<[string, IdMapping[]]>([
    ["no ids", [line(0, 0, 0)]],
    ["no id inside", [line(-1, 0, 1)]],
    ["half an id", [line(0, 0, 1.5)]],
    ["2^32-1, which is no id", [line(MAX_ID + 1, 0, 1)]],
    ["more than 32 bits inside", [line(1, 0, MAX_ID + 1)]],
    ["more than 32 bits outside", [line(0, 2, MAX_ID)]],
    ["ids twice inside", [line(0, 0, 10), line(9, 100, 1)]],
    ["ids twice outside", [line(20, 5, 1), line(0, 0, 10)]],
    ["the same line twice", [line(0, 0, 1), line(0, 0, 1)]],
    ["341 lines", Array.from({ length: 341 }, (_, i) => line(i, i, 1))],
  ])("a map with %s is refused", (_, each) => {
    expect(codeOf(() => checkIdMap(each))).toBe("ERR_IDMAP_INVALID_MAP");
  });

  test("up to 340 lines may follow each other, and reach to the last id", () => {
    const lines = Array.from({ length: 340 }, (_, i) => line(i, i, 1));
    expect(codeOf(() => checkIdMap(lines))).toBeUndefined();
    expect(codeOf(() => checkIdMap([line(0, 0, MAX_ID + 1)]))).toBeUndefined();
  });

  test("a text of a page or more is not for the kernel", () => {
    const lines = Array.from({ length: 340 }, (_, i) =>
      line(i, i * 1000 + 100000, 1),
    );
    expect(() => formatIdMap(lines)).toThrow("expected less than 4096 bytes");
  });
});

describe("looking up", () => {
  test("an id inside is one outside, and back", () => {
    expect(toHost(map, containerId(0))).toBe(1000);
    expect(toHost(map, containerId(65536))).toBe(165535);
    expect(toHost(map, containerId(65537))).toBeUndefined();
    expect(toContainer(map, hostId(1000))).toBe(0);
    expect(toContainer(map, hostId(100000))).toBe(1);
    expect(toContainer(map, hostId(0))).toBeUndefined();
  });

  test("the two sides cannot be taken for each other", () => {
    // @ts-expect-error an id outside is not one inside
    expect(toHost(map, hostId(0))).toBe(1000);
    // @ts-expect-error nor any number
    expect(toContainer(map, 1000)).toBe(0);
  });

  test("every id of a map comes back from the other side", () => {
    const id = fc.integer({ min: 0, max: MAX_ID });
    fc.assert(
      fc.property(maps, id, (each, number) => {
        // by the definition, id by id
        const inLine = (first: number, size: number): boolean =>
          number >= first && number < first + size;
        const inside = each.find((line) => inLine(line.containerId, line.size));
        const outside = each.find((line) => inLine(line.hostId, line.size));
        expect(toHost(each, containerId(number))).toBe(
          inside && number - inside.containerId + inside.hostId,
        );
        expect(toContainer(each, hostId(number))).toBe(
          outside && number - outside.hostId + outside.containerId,
        );
        for (const { containerId: first, hostId: other, size } of each) {
          expect(toHost(each, containerId(first + size - 1))).toBe(
            other + size - 1,
          );
        }
      }),
    );
  });
});
