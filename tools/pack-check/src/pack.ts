import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { checkout, pathWithPnpm, run } from "@ns/testkit";

/** The fields of a package.json that are looked at here. */
export interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly bin?: string | Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly publishConfig?: Readonly<Record<string, unknown>>;
}

export interface PublicPackage {
  readonly name: string;
  /** Its folder, absolute. */
  readonly folder: string;
  /** As it stands in the repository, which is not how it is published. */
  readonly manifest: Manifest;
}

/** What gets published from the folders `roots` of this repository. */
export function publicPackages(
  roots: readonly string[] = ["packages", "apps"],
): PublicPackage[] {
  return globSync(
    roots.map((root) => `${root}/*/package.json`),
    { cwd: checkout },
  )
    .sort()
    .map((path) => {
      const manifest = JSON.parse(
        readFileSync(join(checkout, path), "utf8"),
      ) as Manifest;
      return {
        name: manifest.name,
        folder: join(checkout, dirname(path)),
        manifest,
      };
    })
    .filter(({ manifest }) => manifest.private !== true);
}

/**
 * Packs an already built package as `pnpm publish` would.
 * @returns the path of the tarball, in `destination`.
 */
export async function pack(
  { name, folder }: PublicPackage,
  destination: string,
): Promise<string> {
  const { code, stdout, stderr } = await run(
    "pnpm",
    ["pack", "--json", "--pack-destination", destination],
    {
      cwd: folder,
      env: { PATH: pathWithPnpm() },
      timeoutMs: 60_000,
    },
  );
  if (code !== 0)
    throw new Error(`pnpm pack of ${name} failed\n${stdout}${stderr}`);
  const { filename } = JSON.parse(stdout) as { filename: string };
  return filename;
}
