import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openat2 } from "@ns/syscalls";
import { requires } from "@ns/testkit";
import { expect, test } from "vitest";
import { Bundle, type Draft, uniqueId } from "../internal/bundle.ts";
import { minibox, ROOT } from "../internal/callers.ts";
import { Canary } from "./internal/canary.ts";
import {
  failing,
  NEEDS,
  probePath,
  RACE_SECONDS,
  repeatedly,
  startRacer,
} from "./internal/probe.ts";

const timeout = (RACE_SECONDS + 60) * 1000;
const NAMES = ["file", "secret", "settled"];

/** Everything that is done at a path of a root, in the directory /race. */
function asksForAll({ mounts = [], linux = {} }: Draft, source: string): void {
  mounts.push(
    { destination: "/race/new/tmpfs", type: "tmpfs", source: "tmpfs" },
    { destination: "/race/file", source, options: ["bind"] },
    { destination: "/race/made", source, options: ["bind"] },
    {
      ...{ destination: "/race/copied", type: "tmpfs", source: "tmpfs" },
      options: ["tmpcopyup"],
    },
  );
  linux.devices = [
    {
      ...{ path: "/race/null", type: "c", major: 1, minor: 3 },
      ...{ fileMode: 0o600, uid: 7, gid: 7 },
    },
  ];
  linux.maskedPaths = ["/race/secret", ...(linux.maskedPaths ?? [])];
  linux.readonlyPaths = ["/race/settled", ...(linux.readonlyPaths ?? [])];
}

/** A bundle with /race, a directory, and /link, which leads to a canary of the host's: the two to be exchanged. */
function racedBundle(): { readonly bundle: Bundle; readonly canary: Canary } {
  const bundle = new Bundle();
  const canary = new Canary(bundle, NAMES);
  const race = join(bundle.rootfs, "race");
  mkdirSync(race);
  for (const name of NAMES) writeFileSync(join(race, name), name);
  symlinkSync(canary.path, join(bundle.rootfs, "link"));
  const source = join(bundle.directory, "source");
  writeFileSync(source, "source");
  bundle.configure("true", (config) => {
    asksForAll(config, source);
  });
  return { bundle, canary };
}

/** Exchanges the two at full speed while containers are made, and tells how often each happened. */
async function race(
  bundle: Bundle,
  start: () => Promise<number | null>,
): Promise<{ readonly exchanges: number; readonly succeeded: number }> {
  const racer = await startRacer(probePath(), [
    ...["exchange", String(RACE_SECONDS)],
    ...["race", "link"].map((name) => join(bundle.rootfs, name)),
  ]);
  let succeeded = 0;
  await repeatedly(RACE_SECONDS - 0.5, async () => {
    if ((await start()) === 0) succeeded++;
  });
  const exchanges = Number(await racer.ended);
  console.log(`${exchanges} exchanges, ${succeeded} containers`);
  return { exchanges, succeeded };
}

test(
  "B1: a directory that is exchanged for a link to the host leads no step of a container there",
  { timeout },
  async (context) => {
    requires(context, ...NEEDS);
    const { bundle, canary } = racedBundle();
    const before = canary.state();
    const counts = await race(
      bundle,
      async () => (await bundle.minibox("run", uniqueId())).code,
    );
    expect(counts.exchanges).toBeGreaterThan(1000);
    expect(counts.succeeded).toBeGreaterThan(0);
    expect(canary.state()).toEqual(before);
  },
);

test("B1: nor a volume of a sandbox", { timeout }, async (context) => {
  requires(context, ...NEEDS);
  const { bundle, canary } = racedBundle();
  const before = canary.state();
  const source = join(bundle.directory, "source");
  const directory = join(bundle.directory, "shared");
  mkdirSync(directory);
  const counts = await race(bundle, async () => {
    const { code } = await minibox(ROOT, [
      ...["run", "--rootfs", bundle.rootfs, "-w", "/"],
      ...["-v", `${directory}:/race/new/directory`],
      ...["-v", `${source}:/race/made`],
      ...["--", "/bin/true"],
    ]);
    return code;
  });
  expect(counts.exchanges).toBeGreaterThan(1000);
  expect(counts.succeeded).toBeGreaterThan(0);
  expect(canary.state()).toEqual(before);
});

test.for(["ENOSYS", "EPERM"] as const)(
  "B1: without openat2, which says %s, no container is made, and nothing done at a path that could be led astray",
  async (code, context) => {
    requires(context, ...NEEDS);
    const { bundle, canary } = racedBundle();
    const before = canary.state();
    const words = failing(openat2(-1, "", { flags: 0 }), code);
    const id = uniqueId();
    const result = await bundle.through(words, "create", id);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain(code);
    expect(result.stderr).toContain("openat2");
    expect(result.stderr).toContain("seccomp filter around us");
    expect(canary.state()).toEqual(before);
    expect(bundle.ids()).toEqual([]);
  },
);
