import fc from "fast-check";
import { expect, test } from "vitest";
import {
  flagsForChild,
  parseNodeFlags,
} from "../../src/internal/node-flags.ts";

const cwd = process.cwd();

test.each([
  { flags: [], child: [] },
  {
    flags: ["--no-warnings", "--stack-trace-limit=7"],
    child: ["--no-warnings", "--stack-trace-limit=7"],
  },
  {
    flags: ["--conditions", "a", "-C", "b"],
    child: ["--conditions", "a", "-C", "b"],
  },
  {
    flags: ["--conditions", "", "--conditions="],
    child: ["--conditions", "", "--conditions="],
  },
  {
    flags: ["--permission", "--allow-fs-read=*"],
    child: ["--permission", "--allow-fs-read=*"],
  },
  // a value that looks like a flag: node wants its dash escaped
  {
    flags: ["--title", "\\--inspect", "--expose-gc"],
    child: ["--title", "\\--inspect", "--expose-gc"],
  },
  { flags: ["--conditions", "test"], child: ["--conditions", "test"] },
])("$flags are kept", ({ flags, child }) => {
  expect(flagsForChild(parseNodeFlags(flags))).toEqual(child);
});

test.each([
  ["--inspect"],
  ["--inspect=0"],
  ["--inspect-brk=127.0.0.1:9230"],
  ["--inspect_brk=9230"],
  ["--inspect-wait"],
  ["--inspect-port", "9230"],
  ["--debug-port=9230"],
  ["--inspect-publish-uid", "http"],
  ["--watch"],
  ["--watch-path", "src", "--watch-path=test"],
  ["--watch-preserve-output"],
  ["--test-name-pattern", "a", "--test-only"],
  ["--test-isolation=process", "--experimental-test-coverage"],
  ["--bench-name-pattern", "a"],
  ["--env-file", ".env"],
  ["--env-file-if-exists=.env"],
])("%s %s is dropped, and what stands around it kept", (...dropped) => {
  const flags = ["--no-warnings", ...dropped, "-C", "a"];
  expect(flagsForChild(parseNodeFlags(flags))).toEqual([
    "--no-warnings",
    "-C",
    "a",
  ]);
});

test.each([
  {
    flags: ["--import", "./a%20b.js"],
    child: ["--import", `file://${cwd}/a%20b.js`],
  },
  {
    flags: ["--import=../a.js"],
    child: ["--import", `file://${cwd.replace(/\/[^/]*$/, "")}/a.js`],
  },
  {
    flags: ["--experimental_loader=./a.js"],
    child: ["--experimental-loader", `file://${cwd}/a.js`],
  },
  { flags: ["-r", "./a%20b.js"], child: ["--require", `${cwd}/a%20b.js`] },
  { flags: ["--require=./a.js"], child: ["--require", `${cwd}/a.js`] },
  {
    flags: ["--import", "tsx", "-r", "/a.js"],
    child: ["--import", "tsx", "-r", "/a.js"],
  },
  {
    flags: ["--import", "data:text/javascript,0"],
    child: ["--import", "data:text/javascript,0"],
  },
])("relative modules become absolute: $flags", ({ flags, child }) => {
  expect(flagsForChild(parseNodeFlags(flags))).toEqual(child);
});

test("of any flags every word is in one of them, in order, and each has a name", () => {
  const word = fc.oneof(
    fc.string({ maxLength: 6 }),
    fc.stringMatching(/^--?[a-z_-]{1,6}(=[a-z=-]{0,4})?$/),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 8 }), (words) => {
      const flags = parseNodeFlags(words);
      expect(flags.flatMap((flag) => flag.words)).toEqual(words);
      for (const { name, value, words: own } of flags) {
        const [first = "", second = first.slice(name.length + 1)] = own;
        expect(name).not.toContain("_");
        expect(value ?? "").toBe(second);
      }
    }),
  );
});
