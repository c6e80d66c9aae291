import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { findExamples, parseExample, readExamples } from "../src/catalogue.ts";
import {
  inCommon,
  matchesTranscript,
  readmePath,
  transcriptsIn,
} from "../src/transcripts.ts";

/** The slides of the talk that hold code or a terminal. */
const CODE_OR_TERMINAL = [
  2, 6, 7, 10, 11, 13, 14, 16, 17, 18, 19, 20, 23, 24, 25, 28, 29, 30, 31, 35,
  36, 38, 39, 41, 42,
];
const readme = readFileSync(readmePath, "utf8");

test("every slide with code or a terminal has one program, and a row in the README", () => {
  for (const slide of CODE_OR_TERMINAL) {
    expect(findExamples(String(slide)), `slide ${slide}`).toHaveLength(1);
    expect(readme).toMatch(
      new RegExp(`^\\| ${slide} +\\|.*\\(src/\\d\\d-.*\\.ts\\)`, "m"),
    );
  }
});

test("every program is linked from the README and has one transcript in it", () => {
  const shown = transcriptsIn(readme).flatMap(({ wanted }) =>
    findExamples(wanted),
  );
  expect(shown.map(({ name }) => name)).toEqual(
    readExamples().map(({ name }) => name),
  );
  for (const { number, name } of readExamples()) {
    expect(readme).toContain(
      `(src/${String(number).padStart(2, "0")}-${name}.ts)`,
    );
  }
});

test("a program says in its first line which slides it shows, and then what to type", () => {
  const source =
    "// Slides 13–14, 16 · A title: more\n//\n//   [inside]$ id -u\n//   host$ id\ncode();\n";
  expect(parseExample("/x/13-user.ts", source)).toEqual({
    file: "/x/13-user.ts",
    number: 13,
    name: "user",
    slides: [13, 14, 16],
    title: "A title: more",
    lines: [
      { prompt: "[inside]$", command: "id -u" },
      { prompt: "host$", command: "id" },
    ],
  });
});

test("a program is found by a slide, its name or its file's name", () => {
  for (const wanted of ["10", "11", "uts", "10-uts"]) {
    expect(findExamples(wanted).map(({ name }) => name)).toEqual(["uts"]);
  }
  expect(findExamples("15")).toEqual([]);
});

test.each([
  ["a\nb\n", "a\nb\n", true],
  ["pid 17\n", "pid …\n", true],
  ["a\nb\nc\n", "a\n…\nc\n", true],
  ["a\nc\n", "a\n…\nc\n", true],
  ["a\n", "…b\n", false],
  ["a\nb\n", "a\n", false],
])("%j and the transcript %j: %s", (actual, expected, matches) => {
  expect(matchesTranscript(actual, expected)).toBe(matches);
});

test("what differs between two runs is left out of the transcript", () => {
  expect(inCommon("process 12 of 3\nok\n", "process 14 of 3\nok\n")).toBe(
    "process … of 3\nok\n",
  );
});
