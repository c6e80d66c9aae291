import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checkout } from "@ns/testkit";
import { expect, test } from "vitest";
import { mutants } from "../src/mutants.ts";
import { mutated } from "../src/mutate.ts";

test.each(mutants.map((mutant) => [mutant.id, mutant] as const))(
  "%s: what is to be taken out is where the table says, and its test is there",
  (id, { edits, test: file }) => {
    expect(edits.length).toBeGreaterThan(0);
    const sources = new Map<string, string>();
    for (const edit of edits) {
      const source =
        sources.get(edit.file) ??
        readFileSync(join(checkout, edit.file), "utf8");
      sources.set(edit.file, mutated(source, edit));
    }
    expect(existsSync(join(checkout, file))).toBe(true);
    const name = id.replace(/[a-z]$/, "");
    expect(readFileSync(join(checkout, file), "utf8")).toContain(`"${name}: `);
  },
);

test("a text that is not there, or is there twice, is an error", () => {
  const edit = { file: "x.ts", text: "one", replacement: "two" };
  expect(mutated("a one b", edit)).toBe("a two b");
  expect(() => mutated("none", edit)).not.toThrow();
  expect(() => mutated("n", edit)).toThrow("found 0 times");
  expect(() => mutated("one one", edit)).toThrow("found 2 times");
});
