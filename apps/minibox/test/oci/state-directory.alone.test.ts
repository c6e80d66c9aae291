import {
  existsSync,
  mkdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { program, requires, root } from "@ns/testkit";
import { expect, onTestFinished, type TestContext, test } from "vitest";
import { Bundle, uniqueId } from "../internal/bundle.ts";
import { cgroupsNamed, remainsOf } from "./internal/remains.ts";

const WAITING = "while :; do sleep 0.1; done";

async function running(context: TestContext) {
  requires(context, root, program("busybox"));
  const bundle = new Bundle().configure(WAITING);
  const id = uniqueId();
  const { code, stderr } = await bundle.minibox("run", "--detach", id);
  expect([code, stderr]).toEqual([0, ""]);
  const directory = join(bundle.state, id);
  return { bundle, id, directory };
}

/** What may have become of a state directory, by a crash or somebody's hands. */
const damages: readonly (readonly [string, (directory: string) => void])[] = [
  [
    "an empty state.json",
    (directory) => {
      writeFileSync(join(directory, "state.json"), "");
    },
  ],
  [
    "half a state.json",
    (directory) => {
      const file = join(directory, "state.json");
      const text = readFileSync(file, "utf8");
      writeFileSync(file, text.slice(0, text.length / 2));
    },
  ],
  [
    "a state.json of something else",
    (directory) => {
      writeFileSync(join(directory, "state.json"), '["a"]');
    },
  ],
  [
    "half a config.json",
    (directory) => {
      writeFileSync(join(directory, "config.json"), '{"ociVersion"');
    },
  ],
  [
    "no config.json",
    (directory) => {
      rmSync(join(directory, "config.json"));
    },
  ],
];

test.each(damages)(
  "with %s, list and state still work, and delete --force leaves nothing",
  async (_name, damage) => {
    const { bundle, id, directory } = await running({
      skip: () => undefined,
    } as unknown as TestContext);
    damage(directory);
    const listed = await bundle.minibox("list", "--quiet");
    expect(listed).toMatchObject({ code: 0, stdout: `${id}\n`, stderr: "" });
    expect((await bundle.minibox("list")).code).toBe(0);
    expect((await bundle.minibox("list", "-f", "json")).code).toBe(0);
    expect((await bundle.minibox("state", id)).code).toBe(0);
    const removed = await bundle.minibox("delete", "--force", id);
    expect([removed.code, removed.stderr]).toEqual([0, ""]);
    expect((await bundle.minibox("list", "-q")).stdout).toBe("");
    await expect
      .poll(
        () => remainsOf({ id, bundle: bundle.rootfs, root: bundle.state }),
        {
          timeout: 5000,
        },
      )
      .toEqual([]);
  },
);

test.each([
  ["nothing", []],
  ["a configuration", ["config.json"]],
  ["half a configuration", ["config.json.new"]],
  ["half a state", ["config.json", "state.json.new"]],
  ["an empty state", ["config.json", "state.json"]],
])(
  "of a container whose making ended with %s, delete --force leaves nothing",
  async (_name, files) => {
    const bundle = new Bundle().configure(WAITING);
    const id = uniqueId();
    const directory = join(bundle.state, id);
    mkdirSync(directory, { recursive: true });
    for (const name of files) writeFileSync(join(directory, name), "");
    const { stdout } = await bundle.minibox("list");
    expect(stdout).toMatch(new RegExp(`^${id} +0 +creating `, "m"));
    expect((await bundle.minibox("delete", id)).code).toBe(1);
    const removed = await bundle.minibox("delete", "--force", id);
    expect(removed.code).toBe(0);
    expect(removed.stderr).toContain(
      `cannot tell whether container ${id} had processes`,
    );
    expect(
      remainsOf({ id, bundle: bundle.rootfs, root: bundle.state }),
    ).toEqual([]);
  },
);

/** What leaves nothing that tells where the processes of a container are. */
const losses: readonly (readonly [string, (directory: string) => void])[] = [
  [
    "both files",
    (directory) => {
      for (const name of ["state.json", "config.json"])
        rmSync(join(directory, name));
    },
  ],
  [
    "what is in them",
    (directory) => {
      for (const name of ["state.json", "config.json"])
        writeFileSync(join(directory, name), "");
    },
  ],
  [
    "state.json",
    (directory) => {
      rmSync(join(directory, "state.json"));
    },
  ],
];

/** Removes a cgroup, unless there are processes in it still. */
function isBusy(cgroup: string): boolean {
  try {
    rmdirSync(cgroup);
    return false;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EBUSY") return true;
    throw error;
  }
}

test.for(losses)(
  "a container that runs and has lost %s is not forgotten, nor is anything killed that may be another's",
  async ([, lose], context) => {
    const { bundle, id, directory } = await running(context);
    const { stdout } = await bundle.minibox("state", id);
    const { pid } = JSON.parse(stdout) as { pid: number };
    onTestFinished(async () => {
      if (existsSync(`/proc/${pid}`)) process.kill(pid, "SIGKILL");
      // nothing tells any more that they were made for it
      await expect.poll(() => cgroupsNamed(id).filter(isBusy)).toEqual([]);
    });
    lose(directory);
    const refused = await bundle.minibox("delete", "--force", id);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(
      new RegExp(`these processes may be its own: .*\\b${pid}\\b`),
    );
    expect((await bundle.minibox("list", "-q")).stdout).toBe(`${id}\n`);
    expect(existsSync(`/proc/${pid}`)).toBe(true);
    // as the hint says
    process.kill(pid, "SIGKILL");
    const removed = await bundle.minibox("delete", "--force", id);
    expect(removed.code).toBe(0);
    expect((await bundle.minibox("list", "-q")).stdout).toBe("");
  },
);

test("what is no container among them is passed over", async (context) => {
  const { bundle, id } = await running(context);
  writeFileSync(join(bundle.state, "a-file"), "");
  mkdirSync(join(bundle.state, "no id!"));
  const { code, stdout, stderr } = await bundle.minibox("list", "-q");
  expect([code, stdout, stderr]).toEqual([0, `${id}\n`, ""]);
});

test("of ten creates of one id at once, one makes it", async (context) => {
  requires(context, root, program("busybox"));
  const bundle = new Bundle().configure(WAITING);
  const id = uniqueId();
  const all = await Promise.all(
    Array.from({ length: 10 }, () => bundle.runtimeQuietly("create", id)),
  );
  expect(all.map(({ code }) => code).sort()).toEqual([
    0,
    ...Array<number>(9).fill(1),
  ]);
  expect((await bundle.minibox("start", id)).code).toBe(0);
  const { stdout } = await bundle.minibox("ps", "-f", "json", id);
  expect((JSON.parse(stdout) as number[]).length).toBeLessThanOrEqual(2);
  expect((await bundle.minibox("delete", "--force", id)).code).toBe(0);
  expect(remainsOf({ id, bundle: bundle.rootfs, root: bundle.state })).toEqual(
    [],
  );
});
