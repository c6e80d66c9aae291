import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  parseFlat,
  parseNested,
  parsePids,
  parsePressure,
  parseValue,
} from "../src/index.ts";
import { parseBlkio, parseBytes } from "../src/stats-v1.ts";
import { parseCpuStat, parseIoStat } from "../src/stats-v2.ts";
import { codeOf } from "./internal/code-of.ts";

const invalid = "ERR_CGROUP_INVALID";

test("flat files are keys and numbers", () => {
  expect(parseFlat("populated 1\nfrozen 0\n")).toMatchObject({
    populated: 1,
    frozen: 0,
  });
  expect(parseFlat("__proto__ 1\nmax max\n")["max"]).toBe(Infinity);
  expect(codeOf(() => parseFlat("a b c\n"))).toBe(invalid);
  expect(codeOf(() => parseFlat("a x\n"))).toBe(invalid);
});

test("nested files are keys with keys", () => {
  const text =
    "8:16 rbytes=1459200 wbytes=314773504 rios=192 wios=353\n8:0 rbytes=1 cost.usage=0.5\n7:0 \n";
  const nested = parseNested(text);
  expect(nested["8:16"]).toMatchObject({ rbytes: 1459200, wios: 353 });
  expect(nested["7:0"]).toEqual(parseNested("x")["x"]);
  expect(parseIoStat(text).devices[1]).toMatchObject({
    major: 8,
    minor: 0,
    readBytes: 1,
    writes: 0,
  });
  expect(parseNested("mlx4_0 hca_handle=2 hca_object=max\n")).toMatchObject({
    mlx4_0: { hca_object: Infinity },
  });
  expect(codeOf(() => parseNested("a b=\n"))).toBe(invalid);
});

test("pressure has two lines, or one on older kernels", () => {
  const text =
    "some avg10=1.53 avg60=0.00 avg300=0.12 total=12345\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=678\n";
  expect(parsePressure(text)).toEqual({
    some: { avg10: 1.53, avg60: 0, avg300: 0.12, totalUs: 12345 },
    full: { avg10: 0, avg60: 0, avg300: 0, totalUs: 678 },
  });
  expect(parsePressure(text.slice(0, text.indexOf("full"))).full).toBe(
    undefined,
  );
  for (const wrong of ["", "some avg10=1\n", "full avg10=0 total=1"])
    expect(codeOf(() => parsePressure(wrong))).toBe(invalid);
});

test("cpu.stat is microseconds, with what a quota adds", () => {
  expect(
    parseCpuStat(
      "usage_usec 30\nuser_usec 20\nsystem_usec 10\nnr_periods 3\nnr_throttled 1\nthrottled_usec 7\n",
    ),
  ).toEqual({
    usageUs: 30,
    userUs: 20,
    systemUs: 10,
    periods: 3,
    throttledPeriods: 1,
    throttledUs: 7,
  });
});

test("v1's way to say that there is no limit is understood", () => {
  expect(parseBytes("9223372036854771712\n")).toBe(Infinity);
  expect(parseBytes("67108864\n")).toBe(67108864);
  expect(parseBlkio("254:0 Read 4096\n254:0 Total 4096\nTotal 4096\n")).toEqual(
    new Map([["254:0", { Read: 4096, Total: 4096 }]]),
  );
});

test("pids are numbers, one a line", () => {
  expect(parsePids("1\n0\n77\n")).toEqual([1, 0, 77]);
  expect(codeOf(() => parsePids("1 2\n"))).toBe(invalid);
});

describe("what is written is read back, and what is not so is refused", () => {
  const key = fc.stringMatching(/^[a-z_.]{1,10}$/);
  const counters = fc.dictionary(key, fc.nat());

  test("flat", () => {
    fc.assert(
      fc.property(counters, (entries) => {
        const text = Object.entries(entries)
          .map(([name, value]) => `${name} ${String(value)}\n`)
          .join("");
        expect({ ...parseFlat(text) }).toEqual({ ...entries });
      }),
    );
  });

  test("nested", () => {
    fc.assert(
      fc.property(fc.dictionary(key, counters), (entries) => {
        const text = Object.entries(entries)
          .map(([name, inner]) =>
            [
              name,
              ...Object.entries(inner).map(([k, v]) => `${k}=${String(v)}`),
            ].join(" "),
          )
          .join("\n");
        const plain = Object.fromEntries(
          Object.entries(parseNested(text)).map(([k, v]) => [k, { ...v }]),
        );
        expect(plain).toEqual(
          Object.fromEntries(
            Object.entries(entries).map(([k, v]) => [k, { ...v }]),
          ),
        );
      }),
    );
  });

  test("any text", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const parse of [
          parseFlat,
          parseNested,
          parsePressure,
          parseValue,
          parsePids,
        ])
          expect([undefined, invalid]).toContain(codeOf(() => parse(text)));
      }),
    );
  });
});
