import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseProcessStatus, readProcessStatus } from "../src/index.ts";

const captured = (name: string): string =>
  readFileSync(join(import.meta.dirname, "fixtures", name), "utf8");

const statusOf = (
  name: string,
  pids: readonly number[],
  uids: readonly number[] = [0, 0, 0, 0],
): string =>
  [
    `Name:\t${name}`,
    "Umask:\t0022",
    "State:\tS (sleeping)",
    `Pid:\t${pids[0] ?? 0}`,
    "PPid:\t1",
    `Uid:\t${uids.join("\t")}`,
    "Groups:\t ",
    `NSpid:\t${pids.join("\t")}`,
    "",
  ].join("\n");

test("a process in a PID namespace has an id here and one there", () => {
  expect(parseProcessStatus(captured("status-nested.txt"))).toEqual({
    name: "sleep",
    state: "S",
    pid: 10232,
    ppid: 10230,
    uid: 0,
    nsPids: [10232, 3],
  });
});

test("the kernel's own threads have no parent", () => {
  const status = parseProcessStatus(captured("status-kthread.txt"));
  expect(status).toMatchObject({ name: "kthreadd", ppid: 0, nsPids: [2] });
});

test("a kernel without NSpid knows one id", () => {
  const text = captured("status-nested.txt").replace(/^NSpid:.*\n/m, "");
  expect(parseProcessStatus(text).nsPids).toEqual([10232]);
});

test("this process is read as it is", () => {
  expect(readProcessStatus(process.pid)).toMatchObject({
    pid: process.pid,
    ppid: process.ppid,
    uid: process.geteuid?.(),
  });
});

describe("any process", () => {
  test("is read by its ids and its effective user", () => {
    const id = fc.integer({ min: 1, max: 4_194_304 });
    const uid = fc.integer({ min: 0, max: 0xfffffffe });
    fc.assert(
      fc.property(
        fc.array(id, { minLength: 1, maxLength: 32 }),
        fc.array(uid, { minLength: 4, maxLength: 4 }),
        (pids, uids) => {
          const status = parseProcessStatus(statusOf("sh", pids, uids));
          expect(status.nsPids).toEqual(pids);
          expect(status.pid).toBe(pids[0]);
          expect(status.uid).toBe(uids[1]);
        },
      ),
    );
  });

  test("is read by its name, whatever that is", () => {
    const name = fc.string({
      unit: fc.constantFrom(...Array.from("ab:\t \\n\n(")),
      maxLength: 15,
    });
    fc.assert(
      fc.property(name, (name) => {
        const escaped = name.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
        expect(parseProcessStatus(statusOf(escaped, [7])).name).toBe(name);
      }),
    );
  });
});

test.each([
  ["", "a field 'Pid'"],
  ["Name:\tsh\nState:\tS\nPid:\tx\n", "Pid 'x'"],
  ["Name:\tsh\nState:\tS\nPid:\t1\nPPid:\t0\nUid:\t0\n", "Uid '0'"],
  [statusOf("sh", [1]).replace("NSpid:\t1", "NSpid:\t1 2"), "NSpid '1 2'"],
])("what is no status is refused by the field that is wrong", (text, field) => {
  expect(() => parseProcessStatus(text)).toThrow(SyntaxError);
  expect(() => parseProcessStatus(text)).toThrow(field);
});

test("other text is refused and nothing else happens", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary-ascii" }), (text) => {
      expect(() => parseProcessStatus(text)).toThrow(SyntaxError);
    }),
  );
});
