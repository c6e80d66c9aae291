import { expect, test } from "vitest";
import {
  cloneFlagOf,
  isNamespaceKind,
  kindOfCloneFlag,
  kindOfLink,
  NAMESPACE_KINDS,
  NAMESPACE_LINKS,
} from "../src/index.ts";
import { readdirSync } from "node:fs";

test("the links are those that the kernel has", () => {
  expect(readdirSync("/proc/self/ns").sort()).toEqual(
    NAMESPACE_LINKS.toSorted(),
  );
});

test("each kind has a clone flag of its own, and is found by it", () => {
  const flags = NAMESPACE_KINDS.map(cloneFlagOf);
  expect(new Set(flags).size).toBe(8);
  expect(flags.map(kindOfCloneFlag)).toEqual(NAMESPACE_KINDS);
  expect(kindOfCloneFlag(0)).toBeUndefined();
  expect(kindOfCloneFlag(0x30000000)).toBeUndefined();
});

test("a link for children is of the kind that the children get", () => {
  expect(NAMESPACE_LINKS.map(kindOfLink)).toEqual([
    ...NAMESPACE_KINDS,
    "pid",
    "time",
  ]);
});

test("names of objects' own properties are no kinds", () => {
  expect(["net", "toString", "pid_for_children"].map(isNamespaceKind)).toEqual([
    true,
    false,
    false,
  ]);
});
