import { diffHostState, hostState } from "@ns/testkit";
import { expect, test } from "vitest";
import { planRun } from "../src/index.ts";

const HOST = {
  euid: 0,
  egid: 0,
  privileged: true,
  cwd: "/",
  env: {},
  mounts: [],
  subordinateIds: { uids: [], gids: [] },
  list: () => [],
  stat: () => undefined,
  canEnter: () => true,
};

test("the plan depends on the options and the host alone, and touches nothing", () => {
  const before = hostState();
  const plan = (): string[] =>
    planRun({ command: ["true"], name: "same" }, HOST).map(({ name }) => name);
  expect(plan()).toEqual(plan());
  expect(diffHostState(before, hostState())).toEqual([]);
});
