import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  Actions,
  Architectures,
  checkProfile,
  Flags,
  Operators,
  parseProfile,
} from "../src/index.ts";
import { errorOf } from "./internal/error-of.ts";

const DOCKER = `{
  "defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 1,
  "archMap": [{"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86"]}, {"architecture": "SCMP_ARCH_RISCV64", "subArchitectures": null}],
  "syscalls": [
    {"names": ["read", "write"], "action": "SCMP_ACT_ALLOW", "args": [], "comment": "", "includes": {}, "excludes": {}},
    {"name": "clone", "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 2114060288, "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ"}],
     "includes": {"caps": ["CAP_SYS_ADMIN"], "minKernel": "4.8"}, "excludes": {"arches": ["s390"]}, "future": 1},
    {"names": ["bpf"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38, "args": null}
  ]}`;

test("a profile as Docker keeps it is read", () => {
  expect(parseProfile(DOCKER)).toEqual({
    defaultAction: "SCMP_ACT_ERRNO",
    defaultErrnoRet: 1,
    archMap: [
      { architecture: "SCMP_ARCH_X86_64", subArchitectures: ["SCMP_ARCH_X86"] },
      { architecture: "SCMP_ARCH_RISCV64" },
    ],
    syscalls: [
      {
        names: ["read", "write"],
        action: "SCMP_ACT_ALLOW",
        args: [],
        comment: "",
        includes: {},
        excludes: {},
      },
      {
        names: ["clone"],
        action: "SCMP_ACT_ALLOW",
        args: [
          {
            index: 0,
            op: "SCMP_CMP_MASKED_EQ",
            value: 2114060288n,
            valueTwo: 0n,
          },
        ],
        includes: { caps: ["CAP_SYS_ADMIN"], minKernel: "4.8" },
        excludes: { arches: ["s390"] },
      },
      { names: ["bpf"], action: "SCMP_ACT_ERRNO", errnoRet: 38 },
    ],
  });
});

const RULE = { names: ["read"], action: "SCMP_ACT_ALLOW" };
const withRule = (rule: object): object => ({
  defaultAction: "SCMP_ACT_ERRNO",
  syscalls: [RULE, rule],
});
const withArg = (arg: object): object =>
  withRule({
    ...RULE,
    args: [{ index: 0, op: "SCMP_CMP_EQ", value: 0, ...arg }],
  });

describe("what is wrong is told with its place", () => {
  test.each<[object, string, string]>([
    [{}, "", "expected a member 'defaultAction'"],
    [{ defaultAction: "SCMP_ACT_FOO" }, "defaultAction", "'SCMP_ACT_FOO'"],
    [{ defaultAction: "SCMP_ACT_NOTIFY" }, "defaultAction", "another action"],
    [
      { defaultAction: "SCMP_ACT_ALLOW", defaultErrnoRet: 1 },
      "defaultErrnoRet",
      "SCMP_ACT_ALLOW has no errno",
    ],
    [
      { defaultAction: "SCMP_ACT_ERRNO", defaultErrnoRet: 4096 },
      "defaultErrnoRet",
      "0 to 4095",
    ],
    [
      { defaultAction: "SCMP_ACT_ERRNO", architectures: ["x86"] },
      "architectures[0]",
      "SCMP_ARCH_X86",
    ],
    [
      {
        defaultAction: "SCMP_ACT_ERRNO",
        architectures: ["SCMP_ARCH_X86"],
        archMap: [],
      },
      "archMap",
      "either",
    ],
    [
      { defaultAction: "SCMP_ACT_ERRNO", flags: ["TSYNC"] },
      "flags[0]",
      "SECCOMP_FILTER_FLAG_TSYNC",
    ],
    [
      { defaultAction: "SCMP_ACT_ERRNO", listenerPath: 3 },
      "listenerPath",
      "a string",
    ],
    [{ defaultAction: "SCMP_ACT_ERRNO", syscalls: {} }, "syscalls", "an array"],
    [withRule({ ...RULE, action: "ALLOW" }), "syscalls[1].action", "'ALLOW'"],
    [
      withRule({ ...RULE, action: "toString" }),
      "syscalls[1].action",
      "'toString'",
    ],
    [withRule({ ...RULE, names: [] }), "syscalls[1].names", "a name"],
    [withRule({ ...RULE, name: "write" }), "syscalls[1].name", "either"],
    [withRule({ ...RULE, names: [3] }), "syscalls[1].names[0]", "a string"],
    [withRule({ ...RULE, errnoRet: 1 }), "syscalls[1].errnoRet", "no errno"],
    [
      withRule({ names: ["write"], action: "SCMP_ACT_NOTIFY" }),
      "syscalls[1].action",
      "for write",
    ],
    [withArg({ op: "EQ" }), "syscalls[1].args[0].op", "SCMP_CMP_EQ"],
    [withArg({ index: 6 }), "syscalls[1].args[0].index", "0 to 5"],
    [withArg({ index: 0.5 }), "syscalls[1].args[0].index", "0 to 5"],
    [withArg({ value: -1 }), "syscalls[1].args[0].value", "2^64-1"],
    [withArg({ value: 2 ** 53 }), "syscalls[1].args[0].value", "bigint"],
    [withArg({ value: 2n ** 64n }), "syscalls[1].args[0].value", "2^64-1"],
    [withArg({ valueTwo: "0" }), "syscalls[1].args[0].valueTwo", "2^64-1"],
    [
      withRule({ ...RULE, includes: { minKernel: "4" } }),
      "syscalls[1].includes.minKernel",
      "'4.8'",
    ],
    [
      withRule({ ...RULE, excludes: { caps: "CAP_SYS_ADMIN" } }),
      "syscalls[1].excludes.caps",
      "an array",
    ],
  ])("%o", (profile, path, message) => {
    const error = errorOf(() => checkProfile(profile));
    expect(error).toMatchObject({ code: "ERR_SECCOMP_PROFILE", path });
    expect(error?.message).toContain("invalid seccomp profile");
    expect(error?.message).toContain(message);
  });

  test("a text that is no JSON is an error with its cause", () => {
    const error = errorOf(() => parseProfile("{"));
    expect(error?.code).toBe("ERR_SECCOMP_PROFILE");
    expect(error?.cause).toBeInstanceOf(SyntaxError);
  });
});

const names = fc.array(fc.string({ minLength: 1 }), { minLength: 1 });
const keys = <T extends object>(table: T) =>
  fc.constantFrom(...(Object.keys(table) as (keyof T & string)[]));
const argument = fc.record(
  {
    index: fc.integer({ min: 0, max: 5 }),
    op: keys(Operators),
    value: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    valueTwo: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  },
  { requiredKeys: ["index", "op", "value"] },
);
const when = fc.record(
  {
    caps: fc.array(fc.string()),
    arches: fc.array(fc.string()),
    minKernel: fc.tuple(fc.nat(99), fc.nat(99)).map((v) => v.join(".")),
  },
  { requiredKeys: [] },
);
const profile = fc.record(
  {
    defaultAction: keys(Actions).filter((each) => each !== "SCMP_ACT_NOTIFY"),
    architectures: fc.array(keys(Architectures)),
    flags: fc.array(keys(Flags)),
    listenerPath: fc.string(),
    listenerMetadata: fc.string(),
    syscalls: fc.array(
      fc.record(
        {
          names: names.filter((all) => !all.includes("write")),
          action: keys(Actions),
          args: fc.array(argument),
          comment: fc.string(),
          includes: when,
          excludes: when,
        },
        { requiredKeys: ["names", "action"] },
      ),
    ),
  },
  { requiredKeys: ["defaultAction"] },
);

/** ECMAScript 2026; the types of TypeScript 7 lack it. */
type WithRawJson = typeof JSON & { rawJSON(text: string): unknown };

test("what is right is read as it was written", () => {
  fc.assert(
    fc.property(profile, (each) => {
      const text = JSON.stringify(each, (_key, value: unknown) =>
        typeof value === "bigint"
          ? (JSON as WithRawJson).rawJSON(value.toString())
          : value,
      );
      expect(parseProfile(text)).toEqual(each);
    }),
    { numRuns: 300 },
  );
});

test("whatever else there is, is refused by this package's error and no other", () => {
  const nearly = fc.oneof(
    fc.jsonValue(),
    fc
      .tuple(profile, keys(profileKeys), fc.jsonValue())
      .map(([each, key, value]) => ({ ...each, [key]: value })),
  );
  fc.assert(
    fc.property(nearly, (each) => {
      const error = errorOf(() => checkProfile(each));
      expect([undefined, "ERR_SECCOMP_PROFILE"]).toContain(error?.code);
    }),
    { numRuns: 500 },
  );
});

const profileKeys = {
  defaultAction: 0,
  defaultErrnoRet: 0,
  architectures: 0,
  archMap: 0,
  flags: 0,
  syscalls: 0,
};
