import { globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkout, pathWithPnpm } from "@ns/testkit";
import type { Manifest } from "@ns/pack-check";
import { requireLoopback } from "./loopback.ts";
import type { Registry } from "./registry.ts";
import { succeed } from "./succeed.ts";

/**
 * Does in a copy of this repository what a release does: the versions that the changesets make, a build, and
 * everything that is public published to the registry.
 */
export async function release(copy: string, registry: Registry): Promise<void> {
  requireLoopback(registry.url);
  await copyRepository(copy);
  const env = {
    PATH: pathWithPnpm(),
    CI: "true",
    TURBO_TELEMETRY_DISABLED: "1",
  };
  const inCopy = { cwd: copy, env };
  await succeed(
    "pnpm",
    ["install", "--frozen-lockfile", "--prefer-offline"],
    inCopy,
  );
  await succeed("pnpm", ["changeset", "version"], inCopy);
  await succeed("pnpm", ["build"], inCopy);

  refuseOtherRegistries(copy);
  writeFileSync(join(copy, ".npmrc"), registry.npmrc);
  const { url } = registry;
  const publish = ["-r", "publish", "--no-git-checks", "--access", "public"];
  await succeed("pnpm", [...publish, "--registry", url], {
    cwd: copy,
    env: { ...env, npm_config_registry: url, npm_config_provenance: "false" },
  });
}

/** Copies what git has or would add, and commits it there: changesets asks git when a change was made. */
async function copyRepository(copy: string): Promise<void> {
  mkdirSync(copy);
  const list = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"];
  const files = await succeed("git", list, { cwd: checkout });
  // what is deleted but not yet committed is listed, too: hence --ignore-failed-read
  await succeed(
    "tar",
    [
      "--create",
      "--file",
      `${copy}.tar`,
      "--null",
      "--ignore-failed-read",
      "--files-from",
      "-",
    ],
    {
      cwd: checkout,
      input: files,
    },
  );
  await succeed("tar", ["--extract", "--file", `${copy}.tar`], { cwd: copy });
  const author = [
    "-c",
    "user.name=rehearsal",
    "-c",
    "user.email=rehearsal@localhost",
  ];
  await succeed("git", ["init", "--quiet", "--initial-branch=main"], {
    cwd: copy,
  });
  await succeed("git", ["add", "--all"], { cwd: copy });
  await succeed(
    "git",
    [...author, "commit", "--quiet", "--message=rehearsal"],
    { cwd: copy },
  );
}

/** A package may name a registry to be published to, which would win. */
function refuseOtherRegistries(copy: string): void {
  for (const path of globSync("{packages,apps}/*/package.json", {
    cwd: copy,
  })) {
    const { publishConfig } = JSON.parse(
      readFileSync(join(copy, path), "utf8"),
    ) as Manifest;
    const other = Object.keys(publishConfig ?? {}).find((key) =>
      key.endsWith("registry"),
    );
    if (other !== undefined)
      throw new RangeError(
        `refusing to publish: ${path} has its own publishConfig '${other}'`,
      );
  }
}
