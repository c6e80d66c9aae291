import { readFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "@ns/testkit";
import { expect, test } from "vitest";

test("importing loads no native code and opens nothing", async () => {
  const index = join(import.meta.dirname, "../src/index.ts");
  const script = `await import(${JSON.stringify(index)}); console.log(require("fs").readFileSync("/proc/self/maps", "utf8").includes("koffi"));`;
  const { stdout, stderr } = await run(
    process.execPath,
    [
      "--input-type=module",
      "-e",
      `import { createRequire } from "node:module"; const require = createRequire("/"); ${script}`,
    ],
    {
      env: { NODE_OPTIONS: undefined },
    },
  );
  expect({ stdout, stderr }).toEqual({ stdout: "false\n", stderr: "" });
});

test("it depends on @ns/syscalls and nothing else", () => {
  const manifest = JSON.parse(
    readFileSync(join(import.meta.dirname, "../package.json"), "utf8"),
  ) as { dependencies: object };
  expect(Object.keys(manifest.dependencies)).toEqual(["@ns/syscalls"]);
});
