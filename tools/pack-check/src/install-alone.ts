import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "@ns/testkit";

/**
 * Installs the package `name` with npm into the empty folder `project`, as its user would, except that our own
 * packages come from `tarballs` (by name, `name`'s among them) and not from the registry.
 * @returns the names of all that came with it, itself included, sorted.
 */
export async function installAlone(
  name: string,
  options: {
    readonly project: string;
    readonly tarballs: ReadonlyMap<string, string>;
  },
): Promise<string[]> {
  const { project, tarballs } = options;
  const files = Object.fromEntries(
    [...tarballs].map(([each, path]) => [each, `file:${path}`]),
  );
  const { [name]: own, ...others } = files;
  if (own === undefined) throw new RangeError(`no tarball of '${name}'`);
  // an override brings nothing along: it says where to get what is asked for
  const manifest = {
    private: true,
    type: "module",
    dependencies: { [name]: own },
    overrides: others,
  };
  writeFileSync(
    join(project, "package.json"),
    JSON.stringify(manifest, null, 2),
  );
  const { code, stdout, stderr } = await run(
    "npm",
    ["install", "--no-audit", "--no-fund", "--prefer-offline"],
    {
      cwd: project,
      env: { PATH: pathOfUser(), NODE_ENV: undefined },
      timeoutMs: 120_000,
    },
  );
  if (code !== 0)
    throw new Error(`npm install of ${name} failed\n${stdout}${stderr}`);
  return installedIn(project);
}

function installedIn(project: string): string[] {
  const lock = JSON.parse(
    readFileSync(join(project, "node_modules/.package-lock.json"), "utf8"),
  ) as {
    packages: Record<string, unknown>;
  };
  return Object.keys(lock.packages)
    .map((path) =>
      path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length),
    )
    .sort();
}

/** PATH without what pnpm has put before it, so that npm runs with the Node it came with. */
function pathOfUser(): string {
  return (process.env["PATH"] ?? "")
    .split(":")
    .filter((directory) => !directory.includes("node_modules"))
    .join(":");
}
