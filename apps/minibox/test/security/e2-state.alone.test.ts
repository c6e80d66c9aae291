import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { requires } from "@ns/testkit";
import { expect, onTestFinished, test } from "vitest";
import { Bundle, programPath, uniqueId } from "../internal/bundle.ts";
import { NEEDS } from "./internal/probe.ts";

const OTHER = 1000;

/** A directory in the bundle's. */
function make(
  bundle: Bundle,
  name: string,
  { mode = 0o755, uid = 0 }: { mode?: number; uid?: number } = {},
): string {
  const path = join(bundle.directory, name);
  mkdirSync(path);
  chmodSync(path, mode);
  chownSync(path, uid, uid);
  return path;
}

/** Where containers are not kept, and why: what is at the path in the end is always root's alone. */
const WAYS: readonly (readonly [string, (bundle: Bundle) => string])[] = [
  [
    "below a directory of another user's",
    (bundle) => join(make(bundle, "other", { uid: OTHER }), "below/state"),
  ],
  [
    "below one that others may write to",
    (bundle) => join(make(bundle, "open", { mode: 0o777 }), "state"),
  ],
  [
    "or a group may",
    (bundle) => join(make(bundle, "open", { mode: 0o775 }), "state"),
  ],
  [
    "below a sticky one of another user's",
    (bundle) =>
      join(make(bundle, "other", { mode: 0o1777, uid: OTHER }), "state"),
  ],
  [
    "where a link leads there",
    (bundle) => {
      make(bundle, "other", { uid: OTHER });
      symlinkSync("other", join(bundle.directory, "link"));
      return join(bundle.directory, "link/state");
    },
  ],
  [
    "where a link there leads away",
    (bundle) => {
      const other = make(bundle, "other", { uid: OTHER });
      symlinkSync("../state", join(other, "link"));
      make(bundle, "state", { mode: 0o700 });
      return join(other, "link");
    },
  ],
  [
    "where a link leads to a link there, which leads away",
    (bundle) => {
      const other = make(bundle, "other", { uid: OTHER });
      symlinkSync("../state", join(other, "second"));
      symlinkSync("other/second", join(bundle.directory, "first"));
      make(bundle, "state", { mode: 0o700 });
      return join(bundle.directory, "first");
    },
  ],
  [
    "in a directory that others may add to",
    (bundle) => make(bundle, "state", { mode: 0o1777 }),
  ],
];

/** What is kept of a container, kept somewhere else as well. */
function copyState(from: string, to: string): void {
  cpSync(from, to, {
    recursive: true,
    filter: (path) => !path.endsWith("fifo"),
  });
}

test.for(WAYS)("E2: nothing is kept %s", async ([, way], context) => {
  requires(context, ...NEEDS);
  const bundle = new Bundle().configure("true");
  const root = way(bundle);
  const id = uniqueId();
  onTestFinished(() => {
    const directory = join(root, id);
    // where it is found by who removes what a test leaves
    if (existsSync(directory)) copyState(directory, join(bundle.state, id));
  });
  const words = ["--root", root, "create", id];
  const { code, stderr } = await bundle.command(programPath(), ...words);
  expect(code).toBe(1);
  expect(stderr).toMatch(/others may (?:change|write)/);
  expect(existsSync(root) ? readdirSync(root) : []).toEqual([]);
});

test("E2: a path of root's own may have links, and sticky directories", async (context) => {
  requires(context, ...NEEDS);
  const bundle = new Bundle().configure("true");
  make(bundle, "sticky", { mode: 0o1777 });
  symlinkSync("sticky/..", join(bundle.directory, "link"));
  const root = join(bundle.directory, "link/sticky/state");
  const words = ["--root", root, "run", uniqueId()];
  expect(await bundle.command(programPath(), ...words)).toMatchObject({
    ...{ code: 0, stderr: "" },
  });
});

test.for([
  ["kill", "KILL"],
  ["delete", "--force"],
  ["exec", "true"],
] as const)(
  "E2: what another user says is kept there is not believed: %s",
  async ([command, word], context) => {
    requires(context, ...NEEDS);
    const bundle = new Bundle().configure("sleep 100");
    const [victim, forged] = [uniqueId(), uniqueId()];
    await bundle.minibox("run", "--detach", victim);
    // as if it had been exchanged since
    const root = join(bundle.directory, "forged");
    copyState(join(bundle.state, victim), join(root, forged));
    const file = join(root, forged, "state.json");
    writeFileSync(file, readFileSync(file, "utf8").replaceAll(victim, forged));
    chmodSync(root, 0o700);
    chownSync(root, OTHER, OTHER);
    const { code, stderr } = await bundle.command(
      ...[programPath(), "--root", root, command],
      ...(command === "delete" ? [word, forged] : [forged, word]),
    );
    expect(code).not.toBe(0);
    expect(stderr).toContain("others may write there");
    const state = await bundle.minibox("state", victim);
    expect(JSON.parse(state.stdout)).toMatchObject({ status: "running" });
  },
);
