import { join } from "node:path";
import { Linter } from "eslint";
import { expect, test } from "vitest";
import { boundaries } from "../src/boundaries.ts";
import { fileNames } from "../src/file-names.ts";

const root = "/checkout";

function lint(file: string, source = ""): string[] {
  const linter = new Linter({ cwd: root });
  const config: Linter.Config = {
    files: ["**/*.ts"],
    plugins: { ns: { rules: { boundaries, "file-names": fileNames } } },
    rules: { "ns/boundaries": "error", "ns/file-names": "error" },
  };
  return linter
    .verify(source, [config], { filename: join(root, file) })
    .map(({ message }) => message);
}

test.each([
  ["packages/syscalls/src/internal/libc.ts", "koffi"],
  ["packages/mount/src/mount.ts", "@ns/syscalls"],
  ["packages/mount/src/mount.ts", "@ns/syscalls/package.json"],
  ["packages/spawn/src/launch.ts", "@ns/syscalls/libc"],
  ["packages/mount/test/mount.test.ts", "../src/internal/private.ts"],
  ["apps/minibox/src/main.ts", "node:fs"],
])("%s may import %s", (file, source) => {
  expect(lint(file, `import x from "${source}";`)).toEqual([]);
});

test.each([
  [
    "packages/mount/src/mount.ts",
    "koffi",
    /Only packages\/syscalls imports koffi/,
  ],
  [
    "packages/mount/src/mount.ts",
    "@ns/syscalls/src/internal/libc.ts",
    /Import '@ns\/syscalls' by its name/,
  ],
  [
    "packages/mount/src/mount.ts",
    "../../syscalls/src/index.ts",
    /outside this package/,
  ],
  [
    "apps/minibox/test/cli.test.ts",
    "../../../packages/spawn/src/internal/pipe.ts",
    /outside this package/,
  ],
])("%s may not import %s", (file, source, message) => {
  expect(lint(file, `import x from "${source}";`)).toEqual([
    expect.stringMatching(message),
  ]);
  expect(lint(file, `export * from "${source}";`)).toEqual([
    expect.stringMatching(message),
  ]);
  expect(lint(file, `await import("${source}");`)).toEqual([
    expect.stringMatching(message),
  ]);
});

test.each([
  ["packages/mount/src/utils.ts", /says nothing/],
  ["packages/mount/test/helpers.ts", /says nothing/],
  ["packages/mount/src/mountInfo.ts", /kebab-case/],
  ["packages/mount/src/internal/index.ts", /Only src\/ itself/],
])("a file may not be named %s", (file, message) => {
  expect(lint(file)).toEqual([expect.stringMatching(message)]);
});

test.each([
  "packages/mount/src/index.ts",
  "packages/mount/test/mount-info.alone.test.ts",
  "vitest.config.ts",
])("a file may be named %s", (file) => {
  expect(lint(file)).toEqual([]);
});
