import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  allowsDevice,
  DEFAULT_DEVICES,
  type DeviceList,
  deviceListChanges,
  deviceListOf,
  deviceProgram,
  type DeviceRequest,
  type DeviceRule,
  encodeBpf,
  listAllows,
  parseDeviceList,
  withDefaults,
} from "../src/index.ts";
import { runDeviceFilter } from "./internal/bpf-interpreter.ts";
import { codeOf } from "./internal/code-of.ts";
import { deviceRules, requests } from "./internal/devices.ts";

const open = (major: number, minor: number, access = "rw"): DeviceRequest => ({
  type: "c",
  major,
  minor,
  access,
});

describe("rules", () => {
  test("of those about a device and an access the last decides", () => {
    const rules: DeviceRule[] = [
      { allow: true, type: "c", major: 10, access: "rw" },
      { allow: false, type: "c", major: 10, minor: 200, access: "w" },
    ];
    expect(allowsDevice(rules, open(10, 229))).toBe(true);
    expect(allowsDevice(rules, open(10, 200, "r"))).toBe(true);
    expect(allowsDevice(rules, open(10, 200, "rw"))).toBe(false);
    expect(allowsDevice(rules, open(10, 229, "m"))).toBe(false);
    expect(allowsDevice(rules, open(11, 0))).toBe(false);
  });

  test("an empty list denies everything but the default devices", () => {
    const rules = withDefaults([]);
    for (const [major, minor] of [
      [1, 3],
      [1, 5],
      [1, 7],
      [1, 8],
      [1, 9],
      [5, 0],
      [5, 2],
      [136, 4],
    ] as const)
      expect(allowsDevice(rules, open(major, minor, "rwm"))).toBe(true);
    for (const [major, minor] of [
      [1, 1],
      [1, 11],
      [5, 1],
      [10, 200],
      [10, 237],
    ] as const) {
      expect(allowsDevice(rules, open(major, minor, "r"))).toBe(false);
      expect(allowsDevice(rules, open(major, minor, "w"))).toBe(false);
      expect(allowsDevice(rules, open(major, minor, "m"))).toBe(true);
    }
    const disk: DeviceRequest = { type: "b", major: 8, minor: 0, access: "r" };
    expect(allowsDevice(rules, disk)).toBe(false);
  });

  test("no rule takes a default device away", () => {
    fc.assert(
      fc.property(deviceRules, (rules) => {
        expect(allowsDevice(withDefaults(rules), open(1, 3, "rwm"))).toBe(true);
      }),
    );
  });
});

describe("the program", () => {
  test("decides as the rules do", () => {
    fc.assert(
      fc.property(deviceRules, fc.array(requests), (rules, asked) => {
        const bytes = encodeBpf(deviceProgram(rules));
        for (const request of asked)
          expect([request, runDeviceFilter(bytes, request)]).toEqual([
            request,
            Number(allowsDevice(rules, request)),
          ]);
      }),
      { numRuns: 500 },
    );
  });

  test("leaves out what nothing leads to", () => {
    const denyAll: DeviceRule = { allow: false, type: "a" };
    const many = Array.from({ length: 50 }, (_, minor): DeviceRule => {
      return { allow: true, type: "c", major: 10, minor };
    });
    const last = deviceProgram([...many, denyAll]);
    expect(last).toEqual(deviceProgram([denyAll]));
  });

  test("is made of the kernel's own instructions", () => {
    const [load, copy] = deviceProgram([]);
    expect(load).toEqual({ op: "load", dst: 2, src: 1, offset: 0 });
    // r2 = *(u32 *)(r1 + 0); r3 = r2
    expect(
      encodeBpf([load, copy].filter((each) => each !== undefined)).toString(
        "hex",
      ),
    ).toBe("6112000000000000" + "bc23000000000000");
    expect(
      encodeBpf([
        { op: "skipUnlessEqual", dst: 4, value: 0xffffffff, skip: 3 },
        { op: "exit" },
      ]).toString("hex"),
    ).toBe("56040300ffffffff" + "9500000000000000");
  });
});

describe("v1's list", () => {
  const list = (text: string): DeviceList => parseDeviceList(text);

  test("is read", () => {
    expect(list("a *:* rwm\n")).toEqual({
      allowAll: true,
      exceptions: new Map(),
    });
    expect(list("c *:* m\nb 8:0 rw\n").exceptions).toEqual(
      new Map([
        ["c *:*", 1],
        ["b 8:0", 6],
      ]),
    );
    expect(codeOf(() => list("c 1 rwm\n"))).toBe("ERR_CGROUP_INVALID");
  });

  test("never allows what the rules deny, and one access exactly what they allow", () => {
    let compared = 0;
    fc.assert(
      fc.property(deviceRules, requests, (rules, request) => {
        const code = codeOf(() => deviceListOf(rules));
        expect([undefined, "ERR_CGROUP_DEVICES"]).toContain(code);
        fc.pre(code === undefined);
        compared++;
        const its = deviceListOf(rules);
        const [listed, ruled] = [
          listAllows(its, request),
          allowsDevice(rules, request),
        ];
        expect(listed && !ruled).toBe(false);
        const single = { ...request, access: request.access.slice(0, 1) };
        expect(listAllows(its, single)).toBe(allowsDevice(rules, single));
      }),
      { numRuns: 2000 },
    );
    expect(compared).toBeGreaterThan(100);
  });

  test("a hole in a wide rule is refused with the way out", () => {
    const rules: DeviceRule[] = [
      { allow: true, type: "c", major: 10 },
      { allow: false, type: "c", major: 10, minor: 200 },
    ];
    expect(() => deviceListOf(rules)).toThrow(
      "cannot deny 'c 10:200 rwm' after 'c 10:*' was allowed: cgroup v1 has no exception from an exception",
    );
    expect(allowsDevice(rules, open(10, 200))).toBe(false);
  });

  /** What the kernel does with a write. */
  function written(
    before: DeviceList,
    file: string,
    value: string,
  ): DeviceList {
    if (value === "a")
      return { allowAll: file === "devices.allow", exceptions: new Map() };
    const allow = file === "devices.allow";
    const [key, access] = [...parseDeviceList(value).exceptions][0] ?? ["", 0];
    const exceptions = new Map(before.exceptions);
    const held = exceptions.get(key) ?? 0;
    const next = allow === before.allowAll ? held & ~access : held | access;
    if (next === 0) exceptions.delete(key);
    else exceptions.set(key, next);
    return { ...before, exceptions };
  }

  test("changes lead where they should, and allow nothing on the way that neither end allows", () => {
    let changed = 0;
    fc.assert(
      fc.property(deviceRules, deviceRules, requests, (a, b, request) => {
        fc.pre(codeOf(() => [deviceListOf(a), deviceListOf(b)]) === undefined);
        const [from, to] = [deviceListOf(a), deviceListOf(b)];
        // what is excepted from "all" cannot be read back
        fc.pre(!from.allowAll);
        const allowedAtAnEnd =
          listAllows(from, request) || listAllows(to, request);
        let at = from;
        for (const { file, value } of deviceListChanges(from, to)) {
          changed++;
          at = written(at, file, value);
          // to "all but" there is no other way than by all
          const isMore = listAllows(at, request) && !allowedAtAnEnd;
          expect(isMore && !to.allowAll).toBe(false);
        }
        expect(at).toEqual(to);
      }),
      { numRuns: 1000 },
    );
    expect(changed).toBeGreaterThan(100);
  });

  test("what is as it should be is not written", () => {
    const its = deviceListOf(withDefaults([]));
    expect(its.exceptions.size).toBe(DEFAULT_DEVICES.length);
    expect(deviceListChanges(its, its)).toEqual([]);
  });
});
