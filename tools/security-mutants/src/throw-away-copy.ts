import { execFileSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { checkout, temporaryDirectory } from "@ns/testkit";

/** What is built, and so in no commit. */
const BUILT = [
  "apps/minibox/dist",
  "apps/minibox/native",
  "apps/minibox/executable",
  "packages/spawn/native",
];

/**
 * A checkout that may be changed: the sources and what was built of them are copies, what was installed is shared.
 * It is removed when this process ends.
 */
export function throwAwayCopy(): string {
  const copy = temporaryDirectory("ns-security-mutants-");
  // other users run from it, too
  chmodSync(copy, 0o755);
  for (const path of sources()) {
    if (!existsSync(join(checkout, path))) continue;
    copyTo(copy, path);
  }
  for (const path of BUILT) copyTo(copy, path);
  for (const group of ["packages", "apps", "tools"])
    for (const name of readdirSync(join(checkout, group))) {
      const path = `${group}/${name}/node_modules`;
      // links, relative ones
      if (existsSync(join(checkout, path))) copyTo(copy, path);
    }
  shareInstalled(copy);
  // what a test needs is built here, and a build that failed would leave it the last one
  writeFileSync(
    join(copy, "vitest.global-setup.ts"),
    "export default () => undefined;\n",
  );
  return copy;
}

/** The files of the project, committed or not. */
function sources(): string[] {
  const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  return execFileSync("git", args, { cwd: checkout, encoding: "utf8" })
    .split("\0")
    .filter((path) => path !== "");
}

function copyTo(copy: string, path: string): void {
  cpSync(join(checkout, path), join(copy, path), {
    recursive: true,
    verbatimSymlinks: true,
  });
}

/** Its links lead to packages of the copy; the store, of which nothing is changed, is the checkout's. */
function shareInstalled(copy: string): void {
  const modules = "node_modules";
  mkdirSync(join(copy, modules));
  symlinkSync(join(checkout, modules, ".pnpm"), join(copy, modules, ".pnpm"));
  for (const name of readdirSync(join(checkout, modules)))
    if (!name.startsWith(".") || name === ".bin")
      copyTo(copy, join(modules, name));
}
