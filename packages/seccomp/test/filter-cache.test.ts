import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { requires, root, run, UNPRIVILEGED_UID } from "@ns/testkit";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fixture, libseccomp } from "./internal/filtered.ts";

interface Report {
  readonly source: "compiled" | "directory";
  readonly ms: number;
  readonly loaded: readonly string[];
  readonly libseccomp: boolean;
  readonly filter: string;
  readonly unknownSyscalls: readonly string[];
  readonly problem?: { readonly code: string; readonly message: string };
}

let base = "";
let directory = "";

beforeEach((context) => {
  requires(context, libseccomp);
  base = mkdtempSync(join(tmpdir(), "filter-cache-"));
  directory = join(base, "filters");
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

/** Compiles in a process of its own. */
async function compile(): Promise<Report> {
  const [node, script] = fixture("cached.ts", "container root");
  const { code, stdout, stderr } = await run(node, [script, directory], {
    env: { NODE_OPTIONS: undefined },
  });
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Report;
}

const only = (): string => {
  const files = readdirSync(directory);
  expect(files).toHaveLength(1);
  return join(directory, files[0] ?? "");
};

test("the second process takes the filter from the directory, and loads neither libseccomp nor koffi", async () => {
  const first = await compile();
  expect(first).toMatchObject({
    source: "compiled",
    loaded: ["koffi.node"],
    libseccomp: true,
  });
  expect(first.problem).toBeUndefined();
  expect(statSync(directory).mode & 0o777).toBe(0o700);
  expect(statSync(only()).mode & 0o777).toBe(0o600);
  const second = await compile();
  expect(second).toMatchObject({
    source: "directory",
    loaded: [],
    libseccomp: false,
  });
  expect([second.filter, second.unknownSyscalls]).toEqual([
    first.filter,
    first.unknownSyscalls,
  ]);
  expect(second.ms).toBeLessThan(first.ms);
});

describe("a file that is not what was written there is not used, but replaced, and that is told", () => {
  test.each<[string, (path: string) => void]>([
    [
      "it is cut off",
      (path) => writeFileSync(path, readFileSync(path).subarray(0, 3000)),
    ],
    ["it goes on", (path) => appendFileSync(path, Buffer.alloc(8))],
    ["it is empty", (path) => writeFileSync(path, "")],
    [
      "a rule in it is another",
      (path) => {
        const bytes = readFileSync(path);
        bytes.writeUInt8(
          bytes.readUInt8(bytes.length - 3) ^ 1,
          bytes.length - 3,
        );
        writeFileSync(path, bytes);
      },
    ],
    ["its head is no JSON", (path) => writeFileSync(path, "{\n12345678")],
    [
      "its head is something else",
      (path) => writeFileSync(path, "null\n12345678"),
    ],
    ["others may write to it", (path) => chmodSync(path, 0o666)],
    [
      "it is a FIFO",
      (path) => {
        rmSync(path);
        execFileSync("mkfifo", [path]);
      },
    ],
  ])("%s", async (_what, spoil) => {
    const { filter } = await compile();
    spoil(only());
    const again = await compile();
    expect(again).toMatchObject({ source: "compiled", filter });
    expect(again.problem).toMatchObject({ code: "ERR_SECCOMP_CACHE" });
    expect(again.problem?.message).toContain(only());
    expect(await compile()).toMatchObject({ source: "directory", filter });
  });

  test("it is a symbolic link", async () => {
    const { filter } = await compile();
    const path = only();
    renameSync(path, join(base, "elsewhere"));
    symlinkSync(join(base, "elsewhere"), path);
    expect(await compile()).toMatchObject({
      source: "compiled",
      filter,
      problem: { code: "ELOOP" },
    });
    expect(await compile()).toMatchObject({ source: "directory", filter });
  });

  test("it belongs to somebody else", async (context) => {
    requires(context, root);
    const { filter } = await compile();
    chownSync(only(), UNPRIVILEGED_UID, UNPRIVILEGED_UID);
    const again = await compile();
    expect(again).toMatchObject({ source: "compiled", filter });
    expect(again.problem?.message).toContain(
      `it belongs to user ${UNPRIVILEGED_UID}`,
    );
  });
});

describe("a directory that others may write to is not used, and that is told", () => {
  test("by its mode", async () => {
    mkdirSync(directory);
    chmodSync(directory, 0o777);
    const report = await compile();
    expect(report).toMatchObject({
      source: "compiled",
      problem: { code: "ERR_SECCOMP_CACHE" },
    });
    expect(report.problem?.message).toContain("mode 0777");
    expect(readdirSync(directory)).toEqual([]);
  });

  test("by its owner", async (context) => {
    requires(context, root);
    mkdirSync(directory);
    chownSync(directory, UNPRIVILEGED_UID, UNPRIVILEGED_UID);
    expect(await compile()).toMatchObject({
      source: "compiled",
      problem: { code: "ERR_SECCOMP_CACHE" },
    });
    expect(readdirSync(directory)).toEqual([]);
  });

  test("because it is a link, or a file", async () => {
    mkdirSync(join(base, "real"), { mode: 0o700 });
    symlinkSync("real", directory);
    expect(await compile()).toMatchObject({
      source: "compiled",
      problem: { code: "ENOTDIR" },
    });
    rmSync(directory);
    writeFileSync(directory, "");
    expect(await compile()).toMatchObject({
      source: "compiled",
      problem: { code: "EEXIST" },
    });
  });
});

test("several processes at once leave one good file", async () => {
  const reports = await Promise.all([compile(), compile(), compile()]);
  expect(new Set(reports.map(({ filter }) => filter)).size).toBe(1);
  expect(reports.map(({ problem }) => problem)).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  only();
  expect((await compile()).source).toBe("directory");
});
