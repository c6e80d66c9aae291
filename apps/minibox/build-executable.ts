// Writes executable/minibox: the program, its native stage and the engine that runs it, Bun, as one file. Bun starts in a
// quarter of Node's time, and the program is in it as bytecode.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { allowHugePages } from "./allow-huge-pages.ts";

const ENGINES: Readonly<Record<string, string>> = {
  // for processors without AVX2, too
  x64: "@oven/bun-linux-x64-baseline",
  arm64: "@oven/bun-linux-aarch64",
};

const directory = import.meta.dirname;
const target = join(directory, "executable");
const bun = findEngine();
if (bun === undefined) {
  console.log(
    `no executable: ${ENGINES[process.arch] ?? `an engine for ${process.arch}`} is not installed. bin/minibox runs with Node`,
  );
} else {
  mkdirSync(target, { recursive: true });
  execFileSync(
    bun,
    [
      ...["build", join(directory, "dist/executable/minibox.js")],
      ...["--compile", "--bytecode", "--minify", "--target=bun"],
      ...["--format=esm", "--splitting"],
      // It runs in folders of strangers: what lies there does not configure it.
      "--no-compile-autoload-dotenv",
      "--no-compile-autoload-bunfig",
      "--no-compile-autoload-tsconfig",
      "--no-compile-autoload-package-json",
      // It lives for milliseconds: compiling to machine code would take longer than it saves.
      "--compile-jit-policy=100",
      ...["--outfile", join(target, "minibox")],
    ],
    { cwd: target, stdio: ["ignore", "ignore", "inherit"] },
  );
  useHugePages(join(target, "minibox"));
}

/** What that brings: docs/adr/0004. */
function useHugePages(file: string): void {
  const elf = readFileSync(file);
  if (allowHugePages(elf)) writeFileSync(file, elf);
  else
    console.log(
      "the executable's heap is not in huge pages: its allocator is another",
    );
}

/** Where the workspace has it, for this machine. */
function findEngine(): string | undefined {
  const name = ENGINES[process.arch];
  if (name === undefined) return undefined;
  const workspace = createRequire(join(directory, "../../package.json"));
  try {
    return workspace.resolve(`${name}/bin/bun`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "MODULE_NOT_FOUND")
      return undefined;
    throw error;
  }
}
