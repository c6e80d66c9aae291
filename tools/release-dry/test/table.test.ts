import { expect, test } from "vitest";
import { table } from "@ns/release-dry";

test("columns are as wide as their widest cell, and lines end where their text does", () => {
  expect(
    table([
      ["a", "b"],
      ["long", ""],
      ["c", "d"],
    ]),
  ).toBe("a     b\nlong\nc     d");
});
