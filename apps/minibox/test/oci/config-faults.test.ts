import { OciError, parseConfig, validateConfig } from "@ns/oci";
import {
  requires,
  root,
  run,
  type RunResult,
  temporaryDirectory,
} from "@ns/testkit";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { minibox, programOf, ROOT } from "../internal/callers.ts";
import { generatedFaults, type Json } from "./internal/bad-configs.ts";
import {
  makeBusyboxRoot,
  staticBusybox,
  writeConfig,
} from "./internal/busybox-bundle.ts";
import { goodConfig } from "./internal/good-config.ts";
import { knownFaults } from "./internal/known-faults.ts";
import { machineFaults } from "./internal/machine-faults.ts";
import { remainsOf } from "./internal/remains.ts";

const id = `ns-test-bad-config-${process.pid}`;
// as it is written to the file
const good = JSON.parse(JSON.stringify(goodConfig(`/${id}`))) as Json;

/** Members that may not be left out, of those that the good configuration has. */
const REQUIRED =
  /^(ociVersion|root\.path|process\.(cwd|user\.[ug]id|consoleSize\.(height|width)|rlimits\[\d+\]\.\w+|scheduler\.policy|ioPriority\.class)|mounts\[\d+\]\.destination|hooks\.\w+\[\d+\]\.path|linux\.(namespaces\[\d+\]\.type|devices\[\d+\]\.(type|path)|resources\.devices\[\d+\]\.allow|seccomp\.(defaultAction|syscalls\[\d+\]\.(names|action|args\[\d+\]\.\w+))|personality\.domain))$/;

const known = knownFaults(good);
const generated = generatedFaults(good, REQUIRED);

/** Every so many of a list, so that what is taken is spread over all of it. */
function sample<T>(all: readonly T[], count: number): T[] {
  const step = all.length / count;
  return Array.from(
    { length: count },
    (_, i) => all[Math.floor(i * step)],
  ).filter((each) => each !== undefined);
}

const inProcesses = [...known, ...sample(generated, 220 - known.length)];

/** So many are given to minibox before it is looked for what they have left. */
const AT_ONCE = 20;
const chunks = Array.from(
  { length: Math.ceil(inProcesses.length / AT_ONCE) },
  (_, i) => inProcesses.slice(i * AT_ONCE, (i + 1) * AT_ONCE),
).map((faults) => ({ faults, first: faults[0]?.title ?? "" }));

test("the faults are many, by hand and generated", () => {
  expect(known.length).toBeGreaterThanOrEqual(60);
  expect(generated.length).toBeGreaterThanOrEqual(200);
  expect(inProcesses.length).toBeGreaterThanOrEqual(200);
});

test("the configuration that they are faults of has none", () => {
  expect(validateConfig(parseConfig(JSON.stringify(good)))).toEqual([]);
});

test.each([...known, ...generated])(
  "$title is refused on one line that names it",
  ({ path, config }) => {
    const error = errorOf(config);
    expect(error.problems.map((problem) => problem.path)).toEqual([path]);
    expect(error.message).toMatch(/^invalid config\.json: [^\n]+$/);
    expect(error.message).toContain(`: ${path}: expected `);
  },
);

describe("minibox create", () => {
  const state = temporaryDirectory("ns-test-state-");
  const bundle = temporaryDirectory("ns-test-bundle-");
  const traces = { id, bundle, root: state };
  const ours = (...args: string[]) => ["--root", state, ...args];
  const create = () => minibox(ROOT, ours("create", "--bundle", bundle, id));

  beforeAll(() => {
    if (staticBusybox.met()) makeBusyboxRoot(bundle);
  });

  afterEach(async () => {
    // what a failed test has left does not fail the next
    await minibox(ROOT, ours("delete", "--force", id));
  });

  test("makes a container of the good configuration, and delete leaves nothing of it", async (context) => {
    requires(context, root, staticBusybox);
    writeConfig(bundle, good);
    // its output is the container's, which holds it open
    const quietly = ["-c", 'exec "$0" "$@" >/dev/null 2>&1', programOf(ROOT)];
    const created = await run("sh", [
      ...quietly,
      ...ours("create", "--bundle", bundle, id),
    ]);
    expect(created.code).toBe(0);
    // what is looked for below is found where it is
    const kinds = remainsOf(traces).map((line) => line.split(" ")[0]);
    expect(new Set(kinds)).toEqual(new Set(["state", "cgroup", "process"]));
    const { code } = await minibox(ROOT, ours("delete", id));
    expect(code).toBe(0);
    expect(remainsOf(traces)).toEqual([]);
  });

  test.each(chunks)(
    "refuses $first, and so many others, and leaves nothing",
    { timeout: 120_000 },
    async ({ faults }) => {
      for (const { path, config } of faults) {
        writeConfig(bundle, config);
        expect(messageOf(await create())).toContain(
          `invalid config.json: ${path}: expected `,
        );
      }
      expect(remainsOf(traces)).toEqual([]);
    },
  );

  test.for(machineFaults(good))(
    "begins with $title, fails, and leaves nothing",
    async ({ says, config }, context) => {
      requires(context, root, staticBusybox);
      writeConfig(bundle, config);
      expect(messageOf(await create())).toContain(says);
      expect(remainsOf(traces)).toEqual([]);
    },
  );
});

/** The message of the one line that was logged, which may also say what can be done about it. */
function messageOf({ code, stdout, stderr }: RunResult): string {
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  const [, message = ""] =
    /^time="[^"\n]+" level=error msg=("(?:\\.|[^"\\\n])+")(?: hint="(?:\\.|[^"\\\n])+")?\n$/.exec(
      stderr,
    ) ?? [];
  if (message === "") throw new Error(`not one line of a log: ${stderr}`);
  return JSON.parse(message) as string;
}

/** What is thrown for a configuration, which has to be our error. */
function errorOf(config: Json): OciError {
  try {
    validateConfig(parseConfig(JSON.stringify(config)));
  } catch (error) {
    if (error instanceof OciError) return error;
    throw error;
  }
  throw new Error("it was taken");
}
