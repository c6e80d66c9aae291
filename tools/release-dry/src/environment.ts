import { existsSync } from "node:fs";
import { join } from "node:path";
import { checkout, pathWithPnpm } from "@ns/testkit";
import { succeed } from "./succeed.ts";

const folder = join(import.meta.dirname, "../environment");
const modules = join(folder, "node_modules");

/** A version of Node that packages are to run on. */
export interface NodeVersion {
  readonly major: number;
  /** Its program. */
  readonly path: string;
}

/** What the rehearsal itself needs. */
export interface Environment {
  /** The program of the registry. */
  readonly verdaccio: string;
  readonly nodes: readonly NodeVersion[];
}

/** Installs the environment, a project of its own that the repository's installation leaves out. */
export async function prepareEnvironment(): Promise<Environment> {
  await succeed("pnpm", ["install", "--frozen-lockfile", "--prefer-offline"], {
    cwd: folder,
    env: { PATH: pathWithPnpm() },
  });
  const older = [22, 24].map((major) => ({
    major,
    path: join(modules, `node-${major}-${process.arch}`, "bin/node"),
  }));
  const nodes = [
    ...older,
    { major: 26, path: join(checkout, "node_modules/.bin/node") },
  ];
  const missing = nodes.find(({ path }) => !existsSync(path));
  if (missing !== undefined)
    throw new Error(`Node ${missing.major} is not at ${missing.path}`);
  return { verdaccio: join(modules, ".bin/verdaccio"), nodes };
}

/** Our environment without what pnpm has put in it for its scripts, so that npm does as at its user's. */
export function environmentOfUser(): Record<string, string | undefined> {
  const path = (process.env["PATH"] ?? "")
    .split(":")
    .filter((directory) => !directory.includes("node_modules"))
    .join(":");
  const pnpms = Object.keys(process.env).filter((name) =>
    /^(p?npm_|NODE_)/i.test(name),
  );
  return {
    ...Object.fromEntries(pnpms.map((name) => [name, undefined])),
    PATH: path,
  };
}
