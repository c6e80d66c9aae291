import { mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkout, temporaryDirectory } from "@ns/testkit";
import { publicPackages } from "@ns/pack-check";
import { environmentOfUser, prepareEnvironment } from "./environment.ts";
import { startRegistry } from "./registry.ts";
import { release } from "./release.ts";
import { succeed } from "./succeed.ts";
import { table } from "./table.ts";
import { type Trial, tryPackage } from "./try-package.ts";

/*
 * Rehearses a release: publishes everything to a registry of its own, and installs and tries each package from there;
 * with names as arguments, these only. Exit status 1 when anything is wrong.
 */

/** What CI counts. */
const REPORT = join(checkout, ".cache/release-dry.json");

const ours = new Map(publicPackages().map((each) => [each.name, each]));
const chosen = process.argv.slice(2);
const unknown = chosen.find((name) => !ours.has(name));
if (unknown !== undefined)
  throw new RangeError(
    `no public package '${unknown}': there are ${[...ours.keys()].join(", ")}`,
  );

await rehearse(temporaryDirectory("release-dry-"));

async function rehearse(work: string): Promise<void> {
  const { verdaccio, nodes } = await timed("environment", prepareEnvironment());
  const upstream = await succeed("npm", ["config", "get", "registry"], {
    cwd: tmpdir(),
    env: environmentOfUser(),
  });
  await using registry = await startRegistry(verdaccio, {
    folder: join(work, "registry"),
    upstream: upstream.trim(),
    ours: [...ours.keys()],
  });
  await timed("release", release(join(work, "repository"), registry));
  const trials: Trial[] = [];
  for (const name of chosen.length > 0 ? chosen : ours.keys()) {
    const project = join(work, name.replace("/", "-"));
    trials.push(
      await timed(name, tryPackage(name, { project, registry, nodes, ours })),
    );
  }
  report(
    trials,
    nodes.map(({ major }) => major),
  );
}

async function timed<T>(what: string, doing: Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await doing;
  console.log(`${what}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
  return result;
}

function report(trials: readonly Trial[], majors: readonly number[]): void {
  const head = [
    "package",
    "version",
    "dependencies",
    ...majors.map((major) => `Node ${major}`),
    "brings",
  ];
  const rows = trials.map(({ name, version, brings, problems, examples }) => [
    name,
    version,
    problems.length === 0 ? "as stated" : "WRONG",
    ...majors.map((major) =>
      examples.get(major) === undefined ? "ok" : "FAILED",
    ),
    brings.join(" ") || "nothing",
  ]);
  console.log(`\n${table([head, ...rows])}`);

  let failed = 0;
  for (const { name, problems, examples } of trials) {
    const all = [
      ...(problems.length === 0 ? [] : [problems.join("\n")]),
      ...[...examples].flatMap(([major, problem]) =>
        problem === undefined
          ? []
          : [`its README's example on Node ${major}: ${problem}`],
      ),
    ];
    failed += all.length;
    for (const each of all) console.log(`\nFAILED ${name}: ${each}`);
  }
  const passed = trials.length * (1 + majors.length) - failed;
  mkdirSync(join(REPORT, ".."), { recursive: true });
  writeFileSync(REPORT, `${JSON.stringify({ passed, failed })}\n`);
  if (failed > 0) process.exitCode = 1;
}
