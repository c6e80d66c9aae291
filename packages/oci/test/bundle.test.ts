import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "@ns/testkit";
import { rolldown } from "rolldown";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const temporary = mkdtempSync(join(tmpdir(), "oci-bundle-"));
const fixtures = join(import.meta.dirname, "fixtures");

/** Kilobytes: what a program that does one thing brings along. */
const entries = [
  ["parse", "parseConfig", 16],
  ["validate", "parseConfig, validateConfig", 40],
  ["state", "formatState, parseState", 12],
  ["names", "MOUNT_OPTIONS", 1.5],
] as const;

describe.each(entries)("a program that can %s", (name, names, limit) => {
  const file = join(temporary, `${name}.cjs`);

  beforeAll(async () => {
    const virtual = "\0entry";
    const bundle = await rolldown({
      input: virtual,
      platform: "node",
      plugins: [
        {
          name: "entry",
          resolveId: (id) => (id === virtual ? id : null),
          load: (id) =>
            id === virtual
              ? `export { ${names} } from ${JSON.stringify(join(import.meta.dirname, "../src/index.ts"))};`
              : null,
        },
      ],
    });
    await bundle.write({ file, format: "cjs", minify: true });
    await bundle.close();
  });

  test(`is less than ${limit} kB larger for it`, () => {
    expect(statSync(file).size).toBeLessThan(limit * 1000);
  });

  test("does nothing when it is loaded", async () => {
    const script = `const before = Object.keys(globalThis).length; require(${JSON.stringify(file)}); console.log(Object.keys(globalThis).length - before)`;
    const { code, stdout, stderr } = await run(
      process.execPath,
      ["-e", script],
      {
        env: { NODE_OPTIONS: undefined },
      },
    );
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: "0\n",
      stderr: "",
    });
  });
});

test("the bundle parses and validates what the sources do", async () => {
  const script = `const { parseConfig, validateConfig } = require(${JSON.stringify(join(temporary, "validate.cjs"))});
    const text = require("node:fs").readFileSync(process.argv[1], "utf8");
    const config = parseConfig(text);
    console.log(JSON.stringify([config.process.args, validateConfig(config)]));
    try { parseConfig(text.replace('"cwd"', '"cwb"')) } catch (error) { console.log(error.name, error.code, error.message) }`;
  const file = join(fixtures, "podman.config.json");
  const { stdout } = await run(process.execPath, ["-e", script, file], {
    env: { NODE_OPTIONS: undefined },
  });
  const { process: podman } = JSON.parse(readFileSync(file, "utf8")) as {
    process: { args: string[] };
  };
  expect(stdout).toBe(
    `${JSON.stringify([podman.args, []])}\nOciError ERR_INVALID_CONFIG invalid config.json: process.cwd: expected a string, found nothing\n`,
  );
});

afterAll(() => {
  rmSync(temporary, { recursive: true });
});
