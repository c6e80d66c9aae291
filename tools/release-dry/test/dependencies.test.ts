import { expect, test } from "vitest";
import { type DependencyNames, strayDependencies } from "@ns/release-dry";

const packages: Record<string, DependencyNames> = {
  mount: { required: ["syscalls"], optional: [] },
  syscalls: { required: ["ffi"], optional: [] },
  ffi: { required: [], optional: ["ffi-x64", "ffi-arm64"] },
  "ffi-x64": { required: ["loader"], optional: [] },
  loader: { required: ["ffi"], optional: [] },
};

function stray(name: string, ...installed: string[]): string[] {
  return strayDependencies(name, installed, (each) => packages[each]);
}

test("what is stated, directly or not, for this machine or not, may come", () => {
  expect(
    stray("mount", "ffi", "ffi-x64", "loader", "mount", "syscalls"),
  ).toEqual([]);
});

test("what nobody stated is reported", () => {
  expect(stray("ffi", "ffi", "mount")).toEqual([
    "brings mount, which nothing in it depends on",
  ]);
});

test("what is stated and did not come is reported, unless it is optional", () => {
  expect(stray("mount", "mount", "ffi")).toEqual([
    "does not bring syscalls, which it depends on",
  ]);
});
