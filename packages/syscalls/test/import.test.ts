import { expect, test } from "vitest";
import { runFixture } from "./run-fixture.ts";

test("importing the package and printing calls loads nothing native; the first call does", async () => {
  expect(await runFixture("import-only.ts")).toEqual({
    byImport: [],
    byCall: ["koffi.node"],
    samePid: true,
    newGlobals: [],
  });
});
