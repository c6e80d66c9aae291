import { join } from "node:path";
import { run } from "@ns/testkit";
import { expect, test } from "vitest";

test("nothing native and no D-Bus is loaded before it is needed", async () => {
  const fixture = join(import.meta.dirname, "fixtures/import-only.ts");
  const { stdout, stderr } = await run(process.execPath, [fixture], {
    env: { NODE_OPTIONS: undefined },
  });
  expect(stderr).toBe("");
  expect(JSON.parse(stdout)).toEqual({
    byUse: [],
    bySystemd: ["dbus-native"],
    refused: "ERR_CGROUP_SYSTEMD",
    newGlobals: [],
  });
});
