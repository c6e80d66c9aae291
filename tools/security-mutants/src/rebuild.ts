import { execFileSync } from "node:child_process";
import { join } from "node:path";

/** Builds what tests of minibox run, without types: a mutant need not be tidy. */
export function rebuild(checkout: string, files: readonly string[]): void {
  const node = join(checkout, "node_modules/.bin/node");
  const build = (where: string, file: string, ...args: string[]): void => {
    execFileSync(file, args, {
      cwd: join(checkout, where),
      stdio: ["ignore", "ignore", "inherit"],
    });
  };
  if (files.some((file) => file.endsWith(".c")))
    build("packages/spawn/native", node, "build.ts");
  if (!files.some((file) => /\.(?:c|ts)$/.test(file))) return;
  const minibox = "apps/minibox";
  const rolldown = join(checkout, minibox, "node_modules/.bin/rolldown");
  build(minibox, rolldown, "-c", "rolldown.config.ts");
  build(minibox, node, "--min-semi-space-size=16", "build-cache.ts");
  build(minibox, node, "build-executable.ts");
}
