import {
  requires,
  root,
  unprivilegedUser,
  unprivilegedUserNamespaces,
} from "@ns/testkit";
import { expect, test } from "vitest";
import { canWriteMap, checkMapWriter, parseIdMap } from "../src/index.ts";
import { runFixture, runFixtureAsUser } from "./run-fixture.ts";

const user = { kind: "uid", id: 1000, privileged: false } as const;
const group = { kind: "gid", id: 1000, privileged: false } as const;
interface Report {
  readonly said: string[];
  readonly told: string[];
}

const own = parseIdMap("0 1000 1");

test("a user without privileges may write its own id, and a group once setgroups is denied", () => {
  expect(canWriteMap(own, user)).toBe(true);
  expect(canWriteMap(own, { ...group, setgroups: false })).toBe(true);
  expect(() => {
    checkMapWriter(own, group);
  }).toThrow("cannot write gid_map: setgroups is not denied");
});

test.each([
  ["0 1001 1", "it is not a single line with only the writer's own id, 1000"],
  ["0 1000 2", "it is not a single line"],
  ["0 1000 1\n1 100000 10", "it is not a single line"],
  ["", "it has no lines"],
])("'%s' is for others to write", (text, why) => {
  expect(() => {
    checkMapWriter(parseIdMap(text), user);
  }).toThrow(why);
});

test("user 0 needs CAP_SETFCAP, and ids have to be mapped outside, in one line", () => {
  const privileged = { kind: "uid", id: 0, privileged: true } as const;
  const everything = parseIdMap("0 0 100");
  expect(canWriteMap(everything, privileged)).toBe(true);
  expect(() => {
    checkMapWriter(everything, { ...privileged, setfcap: false });
  }).toThrow("CAP_SETFCAP");
  const outside = parseIdMap("0 100000 50\n50 200000 50");
  expect(() => {
    checkMapWriter(everything, { ...privileged, outside });
  }).toThrow("not in one line of the map outside");
  expect(
    canWriteMap(parseIdMap("0 0 50\n50 50 50"), { ...privileged, outside }),
  ).toBe(true);
});

test.for(["", "setfcap", "setuid,setgid", "setuid,setgid,setfcap"])(
  "what the rules say of a writer, the kernel says too: as root without [%s]",
  async (without, context) => {
    requires(context, root);
    const missing = without.split(",").filter((name) => name !== "");
    const bounding = missing.map((name) => `-${name}`).join(",");
    const through = ["setpriv", "--bounding-set", bounding];
    const report = (await runFixture(
      "map-writer.ts",
      bounding === "" ? [] : through,
      missing,
    )) as Report;
    expect(report.told).toEqual(report.said);
    expect(report.said).toContain("written");
  },
);

test("what the rules say of a writer, the kernel says too: as a user", async (context) => {
  requires(context, unprivilegedUser, unprivilegedUserNamespaces);
  const report = (await runFixtureAsUser("map-writer.ts")) as Report;
  expect(report.told).toEqual(report.said);
  expect(report.said).toContain("written");
  expect(report.said).toContain("EPERM");
});
