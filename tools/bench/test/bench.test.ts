import { readFileSync, rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkout, run } from "@ns/testkit";
import { check } from "prettier";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const node = join(checkout, "node_modules/.bin/node");
const main = join(checkout, "tools/bench/src/main.ts");

const summary = {
  median: expect.any(Number) as number,
  p10: expect.any(Number) as number,
  p90: expect.any(Number) as number,
};

describe("a quick run of two scenarios", () => {
  let out = "";
  let printed = "";

  beforeAll(async () => {
    out = await mkdtemp(join(tmpdir(), "ns-bench-test-"));
    const only = ["child_process@0", "spawn-plain@0"];
    const { code, stdout, stderr } = await run(node, [
      main,
      "--quick",
      "--json",
      ...only.flatMap((name) => ["--only", name]),
      ...["--out", out],
    ]);
    if (code !== 0) throw new Error(`status ${String(code)}: ${stderr}`);
    printed = stdout;
  });

  afterAll(() => {
    rmSync(out, { recursive: true });
  });

  const written = (name: string): string =>
    readFileSync(join(out, name), "utf8");

  it("prints what was measured, as JSON", () => {
    const row = { heap: "0", blockedMs: summary, totalMs: summary };
    expect(JSON.parse(printed)).toMatchObject({
      mode: "quick",
      rounds: expect.any(Number) as number,
      machine: { node: expect.stringMatching(/^v\d+/) as string },
      heaps: { "0": { pageTableBytes: expect.any(Number) as number } },
      rows: [
        { id: "child_process@0", ours: false, ...row },
        { id: "spawn-plain@0", ours: true, ...row },
      ],
      comparisons: ["blockedMs", "totalMs"].map((metric) => ({
        theirs: "child_process@0",
        ours: "spawn-plain@0",
        metric,
        ratio: summary,
        differenceMs: summary,
      })),
      leftOut: [],
    });
  });

  it("says that it did not measure what the targets need", () => {
    const { targets } = JSON.parse(printed) as { targets: unknown[] };
    expect(targets.length).toBeGreaterThan(0);
    for (const target of targets)
      expect(target).toMatchObject({ measured: null, met: null });
  });

  it("writes the same as data, and a page and a picture of it", async () => {
    expect(written("results.json")).toBe(printed);
    expect(await check(written("results.json"), { parser: "json" })).toBe(true);
    expect(await check(written("results.md"), { parser: "markdown" })).toBe(
      true,
    );
    expect(written("results.svg")).toMatch(/^<svg [^]*<\/svg>\n$/);
    expect(written("results.svg")).not.toMatch(/NaN|Infinity|undefined/);
  });
});

describe("a mistake on the command line", () => {
  it.each([
    { args: ["--only", "nothing"], says: "no scenario 'nothing'" },
    { args: ["--slow"], says: "usage: pnpm bench" },
  ])("$args is refused with what is expected", async ({ args, says }) => {
    const { code, stdout, stderr } = await run(node, [main, ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(says);
  });
});
