import { join } from "node:path";
import { run } from "@ns/testkit";
import { expect, test } from "vitest";
import { publicPackages } from "../src/index.ts";

const fixture = join(import.meta.dirname, "fixtures/import-only.ts");

const importOf = async (module: string): Promise<unknown> => {
  const { stdout, stderr } = await run(process.execPath, [fixture, module], {
    env: { NODE_OPTIONS: undefined },
  });
  expect(stderr).toBe("");
  return JSON.parse(stdout);
};

/** `["@ns/idmap/mount", "/…/packages/idmap/src/mount.ts"]` and all others that are published, but for programs. */
const entries = publicPackages(["packages"]).flatMap(
  ({ name, folder, manifest }) =>
    Object.entries(manifest.exports ?? {})
      .filter(([path]) => path !== "./package.json")
      .map(([path, source]) => [
        name + path.slice(1),
        join(folder, String(source)),
      ]),
);

test.each(entries)(
  "importing %s loads, reads, starts and changes nothing",
  async (_, source = "") => {
    expect(await importOf(source)).toEqual({
      exports: true,
      done: [],
      changed: false,
    });
  },
);

test("what an import does would be seen", async () => {
  const doing = (code: string): string =>
    `data:text/javascript,${encodeURIComponent(code)}`;
  expect(
    await importOf(
      doing(
        'import { readFileSync } from "node:fs"; export const uptime = readFileSync("/proc/uptime");',
      ),
    ),
  ).toMatchObject({
    done: ["fs.readFileSync(/proc/uptime)", "fs.openSync(/proc/uptime)"],
  });
  expect(
    await importOf(
      doing('export const a = 1; process.on("exit", () => undefined);'),
    ),
  ).toMatchObject({ changed: true });
});
