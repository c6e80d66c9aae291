import { mkdtempSync, readFileSync, rmSync, chownSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  asUser,
  checkoutFor,
  program,
  requires,
  root,
  run,
  UNPRIVILEGED_UID,
} from "@ns/testkit";
import { expect, test } from "vitest";
import {
  type Config,
  formatConfig,
  parseConfig,
  specExample,
  validateConfig,
} from "../src/index.ts";

const forms: [string, string[], boolean][] = [
  ["spec", [], false],
  ["spec --rootless", ["--rootless"], true],
];

/** What runc 1.1 has otherwise. */
function withDifferences(config: Config): unknown {
  const { capabilities } = config.process ?? {};
  return {
    ...config,
    // it is written after an older specification
    ociVersion: "1.0.2-dev",
    hostname: "runc",
    process: {
      ...config.process,
      // without them in the inheritable set the kernel would refuse these, see capabilities(7); later ones leave them out
      capabilities: { ...capabilities, ambient: capabilities?.bounding },
    },
  };
}

test.each(forms)(
  "what is written is what `runc %s` writes, but for three things",
  async (_, flags, rootless) => {
    expect(withDifferences(specExample({ rootless }))).toEqual(
      await runcSpec(flags),
    );
  },
);

test.each(forms)(
  "`%s` is valid, and comes back as it was",
  (_, _flags, rootless) => {
    const config = specExample({ rootless });
    expect(validateConfig(config)).toEqual([]);
    expect(parseConfig(formatConfig(config))).toEqual(config);
  },
);

test("an unprivileged user is root in its own container, as with runc", async (context) => {
  requires(context, root, program("runc"));
  const checkout = checkoutFor(UNPRIVILEGED_UID);
  const { stdout } = await asUser(
    UNPRIVILEGED_UID,
    join(checkout, "node_modules/.bin/node"),
    [join(checkout, "packages/oci/test/fixtures/rootless-example.ts")],
  );
  const config = parseConfig(stdout);
  expect(config.linux?.uidMappings).toEqual([
    { containerID: 0, hostID: UNPRIVILEGED_UID, size: 1 },
  ]);
  expect(withDifferences(config)).toEqual(
    await runcSpec(["--rootless"], UNPRIVILEGED_UID),
  );
});

async function runcSpec(flags: string[], uid?: number): Promise<unknown> {
  const bundle = mkdtempSync(join(tmpdir(), "oci-"));
  try {
    const args = ["spec", "--bundle", bundle, ...flags];
    if (uid !== undefined) chownSync(bundle, uid, uid);
    const { code, stderr } =
      uid === undefined
        ? await run("runc", args)
        : await asUser(uid, "runc", args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return JSON.parse(readFileSync(join(bundle, "config.json"), "utf8"));
  } finally {
    rmSync(bundle, { recursive: true });
  }
}
