import { describe, expect, it } from "vitest";
import type { Scenario } from "../src/scenario.ts";
import {
  select,
  UnknownScenarioError,
  withinMemory,
} from "../src/selection.ts";
import { spawnScenarios } from "../src/spawn-scenarios.ts";

const all = spawnScenarios(undefined);
const idsOf = (scenarios: readonly Scenario[]): string[] =>
  scenarios.map(({ id }) => id);

describe("a selection", () => {
  it("by id is one scenario", () => {
    const { scenarios } = select([all], ["spawn-plain@2GB"]);
    expect(idsOf(scenarios)).toEqual(["spawn-plain@2GB"]);
  });

  it("by what is before the @ is that scenario with every heap", () => {
    const { scenarios } = select([all], ["spawn-plain"]);
    expect(idsOf(scenarios)).toEqual([
      "spawn-plain@0",
      "spawn-plain@500MB",
      "spawn-plain@2GB",
      "spawn-plain@2GB-buffers",
    ]);
  });

  it("still says what was left out of it", () => {
    const { leftOut } = select([all], ["spawn-pivot"]);
    expect(leftOut).toMatchObject([
      { reason: "needs a static busybox: apt-get install busybox-static" },
    ]);
  });

  it("of nothing is refused", () => {
    expect(() => select([all], ["spawn"])).toThrow(UnknownScenarioError);
  });
});

describe("a machine with little memory", () => {
  it("leaves out the large heaps, and says so", () => {
    const { scenarios, leftOut } = withinMemory(
      { scenarios: all.scenarios, leftOut: [] },
      1.5e9,
    );
    expect(new Set(scenarios.map(({ heap }) => heap))).toEqual(
      new Set(["0", "500MB"]),
    );
    expect(leftOut).toMatchObject([
      { title: "everything with a heap of 2 GB" },
      { title: "everything with a heap of 2 GB of Buffers" },
    ]);
  });
});
