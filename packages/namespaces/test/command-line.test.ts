import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseCommandLine, readCommandLine } from "../src/index.ts";

test.each([
  ["sh\0-c\0sleep 1\0", ["sh", "-c", "sleep 1"]],
  ["sh\0\0-c\0", ["sh", "", "-c"]],
  ["", []],
  ["\0", []],
  ["nginx: master process", ["nginx: master process"]],
  ["sshd: root\0\0\0\0", ["sshd: root"]],
])("%j is %j", (text, args) => {
  expect(parseCommandLine(text)).toEqual(args);
});

test("arguments come back as they were given", () => {
  const arg = fc.string({ minLength: 1 }).filter((arg) => !arg.includes("\0"));
  fc.assert(
    fc.property(fc.array(arg), (args) => {
      const text = args.map((arg) => `${arg}\0`).join("");
      expect(parseCommandLine(text)).toEqual(args);
    }),
  );
});

test("this process's arguments are read, and a kernel thread has none", () => {
  const own = readFileSync("/proc/self/cmdline", "utf8");
  expect(readCommandLine(process.pid)).toEqual(parseCommandLine(own));
  expect(readCommandLine(process.pid).length).toBeGreaterThan(0);
});
