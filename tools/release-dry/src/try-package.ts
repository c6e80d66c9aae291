import {
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { checkout, run } from "@ns/testkit";
import type { Manifest, PublicPackage } from "@ns/pack-check";
import { strayDependencies, type DependencyNames } from "./dependencies.ts";
import { environmentOfUser, type NodeVersion } from "./environment.ts";
import { type Example, exampleIn, matchesOutput } from "./readme-example.ts";
import type { Registry } from "./registry.ts";
import { succeed } from "./succeed.ts";

/** How a package does at its user's. */
export interface Trial {
  readonly name: string;
  readonly version: string;
  /** What came with it, sorted. */
  readonly brings: readonly string[];
  /** What is wrong with the installation. */
  readonly problems: readonly string[];
  /** By the major version of Node, what is wrong with the README's example there; nothing when it is fine. */
  readonly examples: ReadonlyMap<number, string | undefined>;
}

export interface TryOptions {
  /** A folder to be made. */
  readonly project: string;
  readonly registry: Registry;
  readonly nodes: readonly NodeVersion[];
  /** All of ours, by name: as the repository states their dependencies. */
  readonly ours: ReadonlyMap<string, PublicPackage>;
}

/** Installs a package from the registry into an empty project, and runs the example of its README there. */
export async function tryPackage(
  name: string,
  { project, registry, nodes, ours }: TryOptions,
): Promise<Trial> {
  mkdirSync(project);
  writeFileSync(join(project, ".npmrc"), registry.npmrc);
  writeFileSync(
    join(project, "package.json"),
    JSON.stringify({ private: true, type: "module" }),
  );
  const cache = join(project, "../npm-cache");
  await succeed(
    "npm",
    [
      "install",
      name,
      "--no-audit",
      "--no-fund",
      "--no-update-notifier",
      "--cache",
      cache,
    ],
    { cwd: project, env: environmentOfUser() },
  );
  const installed = installedIn(project);
  const stated = (each: string): DependencyNames | undefined => {
    const manifest = ours.get(each)?.manifest ?? manifestIn(project, each);
    return (
      manifest && {
        required: Object.keys(manifest.dependencies ?? {}),
        optional: Object.keys(manifest.optionalDependencies ?? {}),
      }
    );
  };
  const folder = join(project, "node_modules", name);
  const example = exampleIn(readFileSync(join(folder, "README.md"), "utf8"));
  const examples = new Map<number, string | undefined>();
  for (const node of nodes)
    examples.set(node.major, await problemOfExample(example, node, project));
  return {
    name,
    version: manifestIn(project, name)?.version ?? "",
    brings: installed.filter((each) => each !== name),
    problems: [
      ...strayDependencies(name, installed, stated),
      ...(await problemsOfPrograms(manifestIn(project, name)?.bin, project)),
    ],
    examples,
  };
}

/** What is wrong with the programs that came with the package, in `bin` of its package.json: each has to know `--help`. */
async function problemsOfPrograms(
  bin: Manifest["bin"] = {},
  project: string,
): Promise<string[]> {
  const problems: string[] = [];
  for (const program of Object.keys(bin)) {
    const path = join(project, "node_modules/.bin", program);
    const env = environmentOfUser();
    const { code, stdout, stderr } = await run(path, ["--help"], {
      cwd: project,
      // `#!/usr/bin/env node` is this one
      env: {
        ...env,
        PATH: `${dirname(process.execPath)}:${env["PATH"] ?? ""}`,
      },
    });
    if (code !== 0 || stdout === "" || stderr !== "")
      problems.push(`${program} --help: exit status ${code ?? ""}\n${stderr}`);
  }
  return problems;
}

/** The names of all packages in the project's node_modules, at any depth, sorted. */
function installedIn(project: string): string[] {
  const found = globSync("**/node_modules/{[!.@]*,@*/*}/package.json", {
    cwd: project,
  });
  const names = found.map((path) =>
    path.slice(
      path.lastIndexOf("node_modules/") + "node_modules/".length,
      -"/package.json".length,
    ),
  );
  return [...new Set(names)].sort();
}

function manifestIn(
  project: string,
  name: string,
): (Manifest & { version: string }) | undefined {
  const path = join(project, "node_modules", name, "package.json");
  if (!existsSync(path)) return undefined;
  return JSON.parse(readFileSync(path, "utf8")) as Manifest & {
    version: string;
  };
}

/** What is wrong with the example on that Node: it has to exit with 0, print what the README shows, and nothing on stderr. */
async function problemOfExample(
  example: Example | undefined,
  { major, path }: NodeVersion,
  project: string,
): Promise<string | undefined> {
  if (example === undefined) return "README.md has no ts or js code block";
  const isTypeScript = example.fileName.endsWith(".ts");
  writeFileSync(join(project, example.fileName), example.source);
  let fileName: string = example.fileName;
  if (isTypeScript && major < 24) {
    const problem = await compile(example.fileName, project);
    if (problem !== undefined) return problem;
    fileName = "example.js";
  }
  const { code, signal, stdout, stderr } = await run(path, [fileName], {
    cwd: project,
    env: environmentOfUser(),
  });
  if (code !== 0 || stderr !== "")
    return `exit status ${code ?? signal ?? ""}\n${stdout}${stderr}`;
  if (example.output !== undefined && !matchesOutput(stdout, example.output))
    return `printed\n${stdout}where README.md shows\n${example.output}`;
  return undefined;
}

/**
 * Compiles an example in place, for Node 22: it began with types behind a flag, and does not know `using`. That the
 * published declarations are enough to compile against shows here, too.
 */
async function compile(
  fileName: string,
  project: string,
): Promise<string | undefined> {
  const modules = join(checkout, "node_modules");
  const options = {
    strict: "true",
    target: "es2023",
    lib: "es2024,esnext.disposable",
    module: "nodenext",
    types: "node",
    typeRoots: join(modules, "@types"),
  };
  const { code, stdout } = await run(
    join(modules, ".bin/tsc"),
    [
      fileName,
      "--ignoreConfig",
      ...Object.entries(options).flatMap(([name, value]) => [
        `--${name}`,
        value,
      ]),
    ],
    { cwd: project, timeoutMs: 60_000 },
  );
  return code === 0 ? undefined : `tsc refuses it\n${stdout}`;
}
