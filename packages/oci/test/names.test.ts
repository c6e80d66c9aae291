import { Capabilities } from "@ns/syscalls";
import { expect, test } from "vitest";
import {
  CAPABILITY_NAMES,
  HOOK_NAMES,
  MOUNT_OPTIONS,
  NAMESPACE_TYPES,
  parseFeatures,
  SECCOMP_ACTIONS,
  SECCOMP_ARCHITECTURES,
  SECCOMP_FLAGS,
  SECCOMP_OPERATORS,
} from "../src/index.ts";
import { fixture } from "./internal/fixtures.ts";

const runc = parseFeatures(fixture("runc.features.json"));

test("capabilities are those of the kernel, by number", () => {
  const names = Object.entries(Capabilities)
    .toSorted(([, a], [, b]) => a - b)
    .map(([name]) => `CAP_${name}`);
  expect(CAPABILITY_NAMES).toEqual(names);
});

test.each<[string, readonly string[], readonly string[] | undefined]>([
  // acl and noacl are not in the specification's table
  ["mount options", [...MOUNT_OPTIONS, "acl", "noacl"], runc.mountOptions],
  ["hooks", HOOK_NAMES, runc.hooks],
  ["namespaces", NAMESPACE_TYPES, runc.linux?.namespaces],
  ["capabilities", CAPABILITY_NAMES, runc.linux?.capabilities],
  ["actions", SECCOMP_ACTIONS, runc.linux?.seccomp?.actions],
  ["operators", SECCOMP_OPERATORS, runc.linux?.seccomp?.operators],
  ["architectures", SECCOMP_ARCHITECTURES, runc.linux?.seccomp?.archs],
  ["flags", SECCOMP_FLAGS, runc.linux?.seccomp?.knownFlags],
])("all %s that runc knows are known", (_, known, runcs = []) => {
  // an older one has none of them
  expect(runcs.filter((name) => !known.includes(name))).toEqual([]);
  expect(new Set(known).size).toBe(known.length);
});
