import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  asConfig,
  formatPath,
  parseConfig,
  parseContainerProcessState,
  parseFeatures,
  parseProcess,
  parseResources,
  parseState,
  validateConfig,
} from "../src/index.ts";
import { errorOf, pathsOf } from "./internal/error-of.ts";
import { fixture } from "./internal/fixtures.ts";
import {
  type Json,
  type Place,
  placesIn,
  valueAt,
  withAt,
} from "./internal/places.ts";

const full = parseConfig(fixture("full.config.json")) as unknown as Json;

/** What the specification describes: of `vm` nothing is looked at here. */
const places = placesIn(full).filter(([first]) => first !== "vm");

const named = places.map((place): [string, Place] => [
  formatPath(place),
  place,
]);

/** The path of all members of an array. */
function everywhere(path: string): string {
  return path.replaceAll(/\[\d+\]/g, "[]");
}

/** Something of another kind. */
function wrong(value: Json): Json {
  if (Array.isArray(value)) return {};
  if (typeof value === "object") return [];
  return typeof value === "string" ? 12345 : "12345";
}

test("the configuration that is changed here has no faults", () => {
  expect(places.length).toBeGreaterThan(250);
  expect(errorOf(() => validateConfig(asConfig(full)))).toBeUndefined();
});

test.each(named)("%s of another kind is found there", (path, place) => {
  const changed = withAt(full, place, wrong(valueAt(full, place)));
  expect(pathsOf(() => asConfig(changed))).toEqual([path]);
});

test.each(named)("%s of null is found there", (path, place) => {
  expect(pathsOf(() => asConfig(withAt(full, place, null)))).toEqual([path]);
});

const required = [
  "ociVersion",
  "process.cwd",
  "process.user.uid",
  "process.user.gid",
  "process.consoleSize.height",
  "process.consoleSize.width",
  "process.rlimits[].type",
  "process.rlimits[].soft",
  "process.rlimits[].hard",
  "process.scheduler.policy",
  "process.ioPriority.class",
  "root.path",
  "mounts[].destination",
  "mounts[].uidMappings[].size",
  "hooks.prestart[].path",
  "hooks.createRuntime[].path",
  "hooks.createContainer[].path",
  "hooks.startContainer[].path",
  "hooks.poststart[].path",
  "hooks.poststop[].path",
  "linux.namespaces[].type",
  "linux.uidMappings[].containerID",
  "linux.uidMappings[].hostID",
  "linux.gidMappings[].size",
  "linux.devices[].path",
  "linux.devices[].type",
  "linux.resources.devices[].allow",
  "linux.resources.blockIO.weightDevice[].major",
  "linux.resources.blockIO.throttleReadBpsDevice[].rate",
  "linux.resources.blockIO.throttleWriteIOPSDevice[].minor",
  "linux.resources.hugepageLimits[].pageSize",
  "linux.resources.hugepageLimits[].limit",
  "linux.resources.network.priorities[].name",
  "linux.resources.network.priorities[].priority",
  "linux.seccomp.defaultAction",
  "linux.seccomp.syscalls[].names",
  "linux.seccomp.syscalls[].action",
  "linux.seccomp.syscalls[].args[].index",
  "linux.seccomp.syscalls[].args[].value",
  "linux.seccomp.syscalls[].args[].op",
  "linux.memoryPolicy.mode",
  "linux.personality.domain",
  "mounts[].uidMappings[].containerID",
  "mounts[].uidMappings[].hostID",
  "mounts[].gidMappings[].containerID",
  "mounts[].gidMappings[].hostID",
  "mounts[].gidMappings[].size",
  "linux.uidMappings[].size",
  "linux.gidMappings[].containerID",
  "linux.gidMappings[].hostID",
  "linux.resources.blockIO.weightDevice[].minor",
  "linux.resources.blockIO.throttleReadBpsDevice[].major",
  "linux.resources.blockIO.throttleReadBpsDevice[].minor",
  "linux.resources.blockIO.throttleWriteBpsDevice[].major",
  "linux.resources.blockIO.throttleWriteBpsDevice[].minor",
  "linux.resources.blockIO.throttleWriteBpsDevice[].rate",
  "linux.resources.blockIO.throttleReadIOPSDevice[].major",
  "linux.resources.blockIO.throttleReadIOPSDevice[].minor",
  "linux.resources.blockIO.throttleReadIOPSDevice[].rate",
  "linux.resources.blockIO.throttleWriteIOPSDevice[].major",
  "linux.resources.blockIO.throttleWriteIOPSDevice[].rate",
];

const mustBe = named.filter(([path]) => required.includes(everywhere(path)));
// a member of an array is not missed: the next one takes its place
const mayBe = named.filter(
  ([path, place]) =>
    !required.includes(everywhere(path)) && typeof place.at(-1) === "string",
);

test.each(mustBe)("without %s it is found missing", (path, place) => {
  const error = errorOf(() => asConfig(withAt(full, place)));
  expect(error?.problems).toMatchObject([{ path }]);
  expect(error?.message).toMatch(/: expected .+, found nothing$/);
});

test.each(mayBe)("without %s it is a configuration as well", (_, place) => {
  expect(errorOf(() => asConfig(withAt(full, place)))).toBeUndefined();
});

test("everything that is required is in the configuration that is changed here", () => {
  expect(
    required.filter(
      (path) => !named.some(([name]) => everywhere(name) === path),
    ),
  ).toEqual([]);
});

describe("ranges", () => {
  const range = (path: string, ...values: Json[]): [string, Json][] =>
    values.map((value) => [path, value]);

  test.each([
    ...range("process.user.uid", -1, 0xffffffff, 0x100000000, 0.5, "0", NaN),
    ...range("process.user.gid", -1, 0xffffffff, 2 ** 31 - 0.5),
    ...range("process.user.additionalGids[1]", -1, 0xffffffff),
    ...range("process.user.umask", -1, 0x100000000),
    ...range("process.consoleSize.height", -1, 0x100000000),
    ...range("process.oomScoreAdj", 2 ** 31, -(2 ** 31) - 1, 1.5),
    ...range("process.rlimits[0].type", "RLIMIT_FOO", "", "rlimit_core"),
    ...range("process.rlimits[0].soft", -1, 2n ** 64n, 1e19, -1n),
    ...range("process.scheduler.policy", "SCHED_FOO", "OTHER"),
    ...range("process.scheduler.flags[0]", "SCHED_FLAG_FOO"),
    ...range("process.ioPriority.class", "IOPRIO_CLASS_NONE"),
    ...range("linux.namespaces[0].type", "net", "mnt", ""),
    ...range("linux.uidMappings[0].containerID", -1, 0xffffffff),
    ...range("linux.gidMappings[0].size", -1, 0x100000000),
    ...range("linux.timeOffsets.monotonic.secs", 2n ** 63n, 0.1),
    ...range("linux.timeOffsets.monotonic.nanosecs", -1),
    ...range("linux.devices[0].type", "d", "char", "cc"),
    ...range("linux.devices[0].fileMode", -1),
    ...range("linux.resources.memory.limit", 2n ** 63n, -(2n ** 63n) - 1n),
    ...range("linux.resources.memory.swappiness", -1),
    ...range("linux.resources.cpu.shares", -1, 2n ** 64n),
    ...range("linux.resources.blockIO.weight", -1, 65536),
    ...range("linux.resources.network.classID", 0x100000000),
    ...range("linux.resources.rdma.mlx5_1.hcaHandles", -1),
    ...range("linux.seccomp.defaultAction", "SCMP_ACT_FOO", "allow"),
    ...range("linux.seccomp.architectures[0]", "SCMP_ARCH_FOO"),
    ...range("linux.seccomp.flags[0]", "SECCOMP_FILTER_FLAG_NEW_LISTENER"),
    ...range("linux.seccomp.syscalls[1].args[0].value", -1, 2n ** 64n),
    ...range("linux.seccomp.syscalls[1].args[0].op", "=="),
    ...range("linux.rootfsPropagation", "rw"),
    ...range("linux.memoryPolicy.mode", "MPOL_FOO"),
    ...range("linux.memoryPolicy.flags[0]", "MPOL_F_FOO"),
    ...range("linux.personality.domain", "linux", "BSD"),
  ])("%s is not %s", (path, value) => {
    const place = named.find(([name]) => name === path)?.[1] ?? [];
    expect(pathsOf(() => asConfig(withAt(full, place, value)))).toEqual([path]);
  });
});

describe("whatever comes", () => {
  const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Json>;

  test("a change is found where it was made, or makes no difference", () => {
    fc.assert(
      fc.property(fc.constantFrom(...places), json, (place, value) => {
        const changed = withAt(full, place, value);
        const path = formatPath(place);
        const error = errorOf(() => asConfig(changed));
        for (const problem of error?.problems ?? [])
          expect(problem.path.startsWith(path)).toBe(true);
        // what is accepted can be checked further, and that ends well or with the error that is meant for it
        if (error === undefined)
          errorOf(() => validateConfig(asConfig(changed)));
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    parseConfig,
    parseProcess,
    parseResources,
    parseState,
    parseContainerProcessState,
    parseFeatures,
  ])("%o throws nothing but its own error", (parse) => {
    const text = fc.oneof(
      fc.json(),
      fc.string(),
      json.map((value) =>
        JSON.stringify({ ociVersion: "1.0.0", linux: value }),
      ),
      fc.uint8Array(),
    );
    fc.assert(
      fc.property(text, (document) => {
        errorOf(() => parse(document)); // which throws all other errors again
      }),
      { numRuns: 500 },
    );
  });
});
