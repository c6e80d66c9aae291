import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  exampleIn,
  installAlone,
  matchesOutput,
  pack,
  publicPackages,
  type Example,
} from "@ns/pack-check";
import { checkout, run } from "@ns/testkit";

const packages = publicPackages(["packages"]);
const tarballs = new Map<string, string>();
const temporary = mkdtempSync(join(tmpdir(), "readme-examples-"));

beforeAll(async () => {
  for (const each of packages)
    tarballs.set(each.name, await pack(each, temporary));
}, 120_000);

afterAll(() => {
  rmSync(temporary, { recursive: true });
});

describe.each(packages)("$name, installed alone", ({ name, folder }) => {
  const project = join(temporary, name.replace("/", "-"));

  test(
    "brings what it says it depends on, and nothing else",
    { timeout: 120_000 },
    async () => {
      mkdirSync(project);
      const installed = await installAlone(name, { project, tarballs });
      // koffi's binary for this machine: an optional dependency of koffi's
      expect(
        installed.filter((each) => !each.startsWith("@koromix/koffi-")),
      ).toEqual(closure(name));
    },
  );

  test("runs the example of its README", async () => {
    const { fileName, source, output } = readExample(folder);
    writeFileSync(join(project, fileName), source);
    const { stdout, ...end } = await run(
      join(checkout, "node_modules/.bin/node"),
      [fileName],
      { cwd: project },
    );
    expect(end).toEqual({ code: 0, signal: null, stderr: "" });
    const expected = output ?? stdout;
    // the wildcards stay in sight when it does not match
    expect(matchesOutput(stdout, expected) ? expected : stdout).toBe(expected);
  });
});

function readExample(folder: string): Example {
  const example = exampleIn(readFileSync(join(folder, "README.md"), "utf8"));
  if (example === undefined)
    throw new Error(`${folder}/README.md has no ts or js code block`);
  return example;
}

/** What others' packages bring along in turn: to be noticed here when it grows. */
const others: Readonly<Record<string, readonly string[]>> = {
  "dbus-native": ["xml2js"],
  xml2js: ["sax", "xmlbuilder"],
};

/** `name` and what it needs at run time, by the package.json files in this repository and {@link others}, sorted. */
function closure(name: string): string[] {
  const found = new Set<string>();
  const pending = [name];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    found.add(at);
    const own = packages.find((each) => each.name === at);
    pending.push(
      ...Object.keys(own?.manifest.dependencies ?? {}),
      ...(others[at] ?? []),
    );
  }
  return [...found].sort();
}
