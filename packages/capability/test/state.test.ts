import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  getCapabilities,
  maskOf,
  newUserNamespaceCapabilities,
  parseStatus,
  readCapabilities,
} from "../src/index.ts";
import { codeOf } from "./internal/code-of.ts";

const status = readFileSync(
  join(import.meta.dirname, "fixtures/status-6.18.txt"),
  "utf8",
);

test("the five sets are read out of a status file", () => {
  expect(parseStatus(status)).toEqual({
    inheritable: maskOf(["NET_RAW", "WAKE_ALARM"]),
    permitted: maskOf(["NET_RAW", "KILL", "NET_BIND_SERVICE", "WAKE_ALARM"]),
    effective: maskOf(["KILL", "NET_BIND_SERVICE"]),
    bounding: 0x1fffeffffffn,
    ambient: maskOf(["NET_RAW", "WAKE_ALARM"]),
  });
});

test("before Linux 4.3 there was no ambient set", () => {
  expect(parseStatus(status.replace(/^CapAmb.*\n/m, "")).ambient).toBe(0n);
});

test("a set that is missing or malformed is an error, and no empty set", () => {
  for (const [from, to] of [
    [/^CapEff.*\n/m, ""],
    [/^(CapPrm:\t)/m, "$1x"],
    [/^(CapAmb:\t)/m, "$1-"],
    [/^(CapBnd:\t)/m, "$10"],
  ] as const) {
    expect(() => parseStatus(status.replace(from, to))).toThrow(
      expect.objectContaining({ code: "ERR_CAPABILITY_STATUS" }) as Error,
    );
  }
});

test("no text makes the parser fail otherwise", () => {
  const line = fc.constantFrom("CapEff:\t", "CapPrm: ", "CapInh:", "CapBnd:\t");
  fc.assert(
    fc.property(fc.array(fc.tuple(line, fc.string())), (lines) => {
      const text = lines.map((each) => each.join("")).join("\n");
      expect([undefined, "ERR_CAPABILITY_STATUS"]).toContain(
        codeOf(() => parseStatus(text)),
      );
    }),
  );
});

test("/proc and capget(2) agree, of this thread and of another process", () => {
  for (const [pid, tid] of [
    ["thread-self", 0],
    ["self", process.pid],
    [process.ppid, process.ppid],
  ] as const) {
    expect(readCapabilities(pid)).toMatchObject(getCapabilities(tid));
  }
});

test("a process that is not there is an error", () => {
  expect(() => getCapabilities(0x3fffffff)).toThrow("ESRCH");
  expect(() => readCapabilities(0x3fffffff)).toThrow("ENOENT");
});

test("a new user namespace has everything, inheritable and ambient nothing", () => {
  expect(newUserNamespaceCapabilities(3)).toEqual({
    effective: 15n,
    permitted: 15n,
    inheritable: 0n,
    bounding: 15n,
    ambient: 0n,
  });
});
