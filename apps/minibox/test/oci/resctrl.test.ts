import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { IntelRdt } from "@ns/oci";
import { expect, onTestFinished, test } from "vitest";
import {
  type GroupDirectories,
  joinResctrl,
  removeResctrl,
  Resctrl,
} from "../../src/oci/resctrl.ts";
import { hasLine, planResctrl } from "../../src/plan/oci/resctrl.ts";
import { exampleWith } from "./internal/plan.ts";

const FULL = "L3:0=fffff;1=fffff\nMB:0=100;1=100\n";

/** Does what the kernel does in a directory of resctrl: each group has its files at once, and is removed with them. */
const DIRECTORIES: GroupDirectories = {
  make(path) {
    mkdirSync(path);
    writeFileSync(join(path, "schemata"), FULL);
    writeFileSync(join(path, "tasks"), "");
    mkdirSync(join(path, "mon_groups"));
  },
  remove(path) {
    rmSync(path, { recursive: true });
  },
};

/** A temporary directory in resctrl's place. */
function standIn(): string {
  const parent = mkdtempSync(join(tmpdir(), "resctrl-"));
  onTestFinished(() => {
    rmSync(parent, { recursive: true });
  });
  const root = join(parent, "resctrl");
  DIRECTORIES.make(root);
  return root;
}

function resctrlFor(root: string, intelRdt: IntelRdt): Resctrl {
  const plan = planResctrl(intelRdt, { root, id: "box" });
  return new Resctrl(root, plan, DIRECTORIES);
}

const textOf = (...parts: string[]) => readFileSync(join(...parts), "utf8");

test.each<[IntelRdt, string, boolean, string[], string[]]>([
  [{}, "/r/box", false, [], []],
  [{ closID: "gold" }, "/r/gold", true, [], []],
  [{ closID: "/" }, "/r", true, [], []],
  [
    { closID: "gold", l3CacheSchema: "L3:0=f", schemata: ["MB:0=20"] },
    ...(["/r/gold", false, ["L3:0=f"], ["MB:0=20"]] as const),
  ] as never,
  [
    { l3CacheSchema: "L3:0=f\nMB:0=10", memBwSchema: "MB:0=20" },
    ...(["/r/box", false, ["L3:0=f", "MB:0=20"], []] as const),
  ] as never,
])("the plan of %j", (intelRdt, group, mustExist, shared, own) => {
  const plan = planResctrl(intelRdt, { root: "/r", id: "box" });
  expect(plan).toEqual({
    group,
    mustExist,
    shared,
    own,
    monitoring: undefined,
  });
});

test.each([
  ["L3:0=fffff", true],
  ["L3:1=fffff;0=0FFFFF", true],
  ["MB:0=100", true],
  ["L3:0=ffff", false],
  ["L3:2=fffff", false],
  ["L2:0=fffff", false],
])("a class that is there has the line %s: %s", (line, has) => {
  expect(hasLine("    L3:0=fffff;1=fffff\n    MB:0= 100;1= 100\n", line)).toBe(
    has,
  );
});

test("a class is made, set, joined with its monitoring group, and removed", () => {
  const root = standIn();
  const resctrl = resctrlFor(root, {
    ...{ l3CacheSchema: "L3:0=f", memBwSchema: "MB:0=20" },
    ...{ schemata: ["L3:1=f0"], enableMonitoring: true },
  });
  resctrl.create();
  expect(textOf(root, "box/schemata")).toMatch(/^L3:0=f\nMB:0=20\nL3:1=f0\n/);
  joinResctrl(resctrl.record, 42);
  expect(textOf(root, "box/tasks")).toBe("42");
  expect(textOf(root, "box/mon_groups/box/tasks")).toBe("42");
  removeResctrl(resctrl.record, DIRECTORIES);
  expect(existsSync(join(root, "box"))).toBe(false);
  // once more, after a crash
  removeResctrl(resctrl.record, { remove: rmSync });
});

test("a class that was there is shared, and stays", () => {
  const root = standIn();
  DIRECTORIES.make(join(root, "gold"));
  const resctrl = resctrlFor(root, {
    ...{ closID: "gold", l3CacheSchema: "L3:0=fffff" },
    enableMonitoring: true,
  });
  resctrl.create();
  expect(textOf(root, "gold/schemata")).toBe(FULL);
  joinResctrl(resctrl.record, 42);
  expect(textOf(root, "gold/tasks")).toBe("42");
  removeResctrl(resctrl.record, DIRECTORIES);
  expect(existsSync(join(root, "gold/tasks"))).toBe(true);
  expect(existsSync(join(root, "gold/mon_groups/box"))).toBe(false);
});

test("one that is not as it should be, or is not there, is an error", () => {
  const root = standIn();
  DIRECTORIES.make(join(root, "gold"));
  expect(() => {
    resctrlFor(root, { closID: "gold", l3CacheSchema: "L3:0=f" }).create();
  }).toThrow("is there, and another: expected 'L3:0=f'");
  expect(() => {
    resctrlFor(root, { closID: "none" }).create();
  }).toThrow("cannot honour linux.intelRdt.closID: there is no");
});

test("what the kernel has to say of a refusal is told", () => {
  const root = standIn();
  mkdirSync(join(root, "info"));
  writeFileSync(join(root, "info/last_cmd_status"), "out of CLOSIDs\n");
  const plan = planResctrl({}, { root, id: "box" });
  const refuse: GroupDirectories = {
    ...DIRECTORIES,
    make: () => {
      throw new Error("ENOSPC");
    },
  };
  expect(() => {
    new Resctrl(root, plan, refuse).create();
  }).toThrow("cannot honour linux.intelRdt: ENOSPC: out of CLOSIDs");
});

test("without resctrl it is an error, and without the wish nothing", () => {
  const config = exampleWith((draft) => {
    draft.linux = { ...draft.linux, intelRdt: {} };
  });
  expect(() => Resctrl.of(config, "box", () => undefined)).toThrow(
    "cannot honour linux.intelRdt: resctrl is not mounted",
  );
  const without = exampleWith(() => undefined);
  expect(Resctrl.of(without, "box", () => "/r")).toBeUndefined();
});
