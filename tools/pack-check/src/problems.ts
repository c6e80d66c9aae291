import { readFileSync } from "node:fs";
import { join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { run } from "@ns/testkit";
import type { Manifest } from "./pack.ts";

const attw = join(import.meta.dirname, "../node_modules/.bin/attw");

/** What is wrong with a packed package, one line each; nothing when it can be published. */
export async function problemsOf(tarball: string): Promise<string[]> {
  const files = (await tar("--list", tarball)).trimEnd().split("\n");
  const manifest = JSON.parse(
    await tar("--extract", tarball, "package/package.json"),
  ) as Manifest;
  return [
    ...problemsOfFiles(files, manifest),
    ...problemsOfManifest(manifest),
    ...(await problemsOfTypes(tarball, files)),
    ...(await publintProblems(tarball)),
    ...(manifest.exports === undefined ? [] : await attwProblems(tarball)),
  ];
}

function problemsOfFiles(
  files: readonly string[],
  { exports }: Manifest,
): string[] {
  const entry =
    exports === undefined
      ? []
      : ["dist/index.js", "dist/index.d.ts", "src/index.ts"];
  const missing = ["package.json", "README.md", "LICENSE", ...entry].filter(
    (file) => !files.includes(`package/${file}`),
  );
  const stray = files.filter((file) =>
    /\/(test|node_modules|\.turbo)\/|tsconfig|\.tsbuildinfo$/.test(file),
  );
  return [
    ...missing.map((file) => `${file} is missing`),
    ...stray.map((file) => `${file} does not belong in it`),
  ];
}

function problemsOfManifest(manifest: Manifest): string[] {
  const sources =
    JSON.stringify(manifest.exports ?? {}).match(/"\.\/src\/[^"]*"/g) ?? [];
  const ranges = Object.entries(manifest.dependencies ?? {}).filter(
    ([, range]) => !/^\d+\.\d+\.\d+$/.test(range),
  );
  return [
    ...sources.map(
      (path) => `exports ${path}: the published exports are in dist`,
    ),
    ...ranges.map(
      ([name, range]) =>
        `depends on ${name} ${range}: an exact version is expected`,
    ),
  ];
}

/** No koffi type may appear in a declaration: whoever compiles against the package would need koffi's. */
async function problemsOfTypes(
  tarball: string,
  files: readonly string[],
): Promise<string[]> {
  const declarations = files.filter((file) => file.endsWith(".d.ts"));
  if (declarations.length === 0) return [];
  const text = await tar("--extract", tarball, ...declarations);
  return /from "koffi"|import\("koffi"\)/.test(text)
    ? ["a declaration mentions koffi"]
    : [];
}

async function publintProblems(tarball: string): Promise<string[]> {
  const { buffer, byteOffset, byteLength } = readFileSync(tarball);
  const contents = buffer.slice(byteOffset, byteOffset + byteLength);
  const { messages, pkg } = await publint({
    pack: { tarball: contents },
    strict: true,
  });
  return messages.map(
    (message) =>
      `publint: ${formatMessage(message, pkg, { color: false }) ?? message.code}`,
  );
}

async function attwProblems(tarball: string): Promise<string[]> {
  const { code, stdout, stderr } = await run(attw, [
    tarball,
    "--profile",
    "esm-only",
    "--no-color",
    "--no-emoji",
  ]);
  return code === 0 ? [] : [`attw:\n${stdout}${stderr}`];
}

async function tar(
  mode: "--list" | "--extract",
  tarball: string,
  ...members: readonly string[]
): Promise<string> {
  const toStdout = mode === "--extract" ? ["--to-stdout"] : [];
  const { code, stdout, stderr } = await run("tar", [
    mode,
    ...toStdout,
    "--gzip",
    "--file",
    tarball,
    ...members,
  ]);
  if (code !== 0) throw new Error(`tar could not read ${tarball}\n${stderr}`);
  return stdout;
}
