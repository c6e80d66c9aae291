import { mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { requires, root } from "@ns/testkit";
import { describe, expect, onTestFinished, test } from "vitest";
import { runFixture } from "./run-fixture.ts";

describe("a new root, pivoted or moved to", () => {
  test.for(["here", "put_old", "enter", "move"])(
    "shows nothing of the old one: %s",
    async (how, context) => {
      requires(context, root);
      const directory = mkdtempSync(join(tmpdir(), "pivot-"));
      onTestFinished(() => {
        rmdirSync(directory);
      });
      expect(await runFixture("pivot.ts", [how, directory])).toEqual({
        initial: false,
        cwd: ["/", "/"],
        // the place for the old root is gone, if it was one
        root: ["inside", "old", "proc", "usr"],
        old: false,
        procs: 1,
        fewer: true,
        usr: "ro",
        shared: true,
        outside: false,
      });
    },
  );

  test("shows the old one where it was put, if it is to stay", async (context) => {
    requires(context, root);
    const directory = mkdtempSync(join(tmpdir(), "pivot-"));
    onTestFinished(() => {
      rmdirSync(directory);
    });
    expect(await runFixture("pivot.ts", ["keep", directory])).toMatchObject({
      old: true,
      cwd: ["/", "/"],
    });
  });
});
