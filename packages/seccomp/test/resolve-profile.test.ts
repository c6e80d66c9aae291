import { describe, expect, test } from "vitest";
import {
  type ContainerProfile,
  resolveProfile,
  type ResolveOptions,
  type RuleFilter,
} from "../src/index.ts";

const profile = (
  includes: RuleFilter,
  excludes: RuleFilter = {},
): ContainerProfile => ({
  defaultAction: "SCMP_ACT_ERRNO",
  syscalls: [{ names: ["bpf"], action: "SCMP_ACT_ALLOW", includes, excludes }],
});
const counts = (
  each: ContainerProfile,
  options: ResolveOptions = {},
): boolean =>
  (resolveProfile(each, { kernel: "6.1.0-9-amd64", arch: "x64", ...options })
    .syscalls?.length ?? 0) > 0;

describe("a rule counts", () => {
  test.each<[RuleFilter, RuleFilter, ResolveOptions, boolean]>([
    [{}, {}, {}, true],
    [{ caps: [], arches: [] }, { caps: [], arches: [] }, {}, true],
    [{ caps: ["CAP_BPF"] }, {}, {}, false],
    [{ caps: ["CAP_BPF"] }, {}, { capabilities: ["CAP_BPF"] }, true],
    // all of them to include, any of them to exclude
    [
      { caps: ["CAP_BPF", "CAP_KILL"] },
      {},
      { capabilities: ["CAP_BPF"] },
      false,
    ],
    [
      {},
      { caps: ["CAP_BPF", "CAP_KILL"] },
      { capabilities: ["CAP_BPF"] },
      false,
    ],
    [{}, { caps: ["CAP_KILL"] }, { capabilities: ["CAP_BPF"] }, true],
    [{ arches: ["arm64", "amd64"] }, {}, {}, true],
    [{ arches: ["arm64"] }, {}, {}, false],
    [{ arches: ["arm64"] }, {}, { arch: "arm64" }, true],
    [{}, { arches: ["amd64"] }, {}, false],
    [{ minKernel: "4.8" }, {}, { kernel: "4.8.0" }, true],
    [{ minKernel: "4.8" }, {}, { kernel: "4.7.99" }, false],
    [{ minKernel: "4.8" }, {}, { kernel: "10.0-rc1" }, true],
    [{ minKernel: "4.18" }, {}, { kernel: "4.9" }, false],
    [{}, { minKernel: "4.8" }, { kernel: "4.8" }, false],
    [{}, { minKernel: "4.8" }, { kernel: "3.99" }, true],
    [
      { caps: ["CAP_BPF"], arches: ["amd64"] },
      { minKernel: "7.0" },
      { capabilities: ["CAP_BPF"] },
      true,
    ],
    [
      { caps: ["CAP_BPF"], arches: ["amd64"] },
      { minKernel: "6.0" },
      { capabilities: ["CAP_BPF"] },
      false,
    ],
  ])(
    "included by %j, excluded by %j, for %j: %s",
    (includes, excludes, options, expected) => {
      expect(counts(profile(includes, excludes), options)).toBe(expected);
    },
  );
});

test("the architectures are those mapped to the machine's own", () => {
  const each: ContainerProfile = {
    defaultAction: "SCMP_ACT_ERRNO",
    archMap: [
      {
        architecture: "SCMP_ARCH_X86_64",
        subArchitectures: ["SCMP_ARCH_X86"],
      },
      { architecture: "SCMP_ARCH_RISCV64" },
    ],
  };
  expect(resolveProfile(each, { arch: "x64" }).architectures).toEqual([
    "SCMP_ARCH_X86_64",
    "SCMP_ARCH_X86",
  ]);
  expect(resolveProfile(each, { arch: "arm64" })).toEqual({
    defaultAction: "SCMP_ACT_ERRNO",
    syscalls: [],
  });
});

test("a profile of the OCI form comes out as it is", () => {
  const each: ContainerProfile = {
    defaultAction: "SCMP_ACT_LOG",
    architectures: ["SCMP_ARCH_ARM"],
    flags: ["SECCOMP_FILTER_FLAG_LOG"],
    listenerPath: "/run/agent",
    syscalls: [
      {
        names: ["read"],
        action: "SCMP_ACT_ERRNO",
        errnoRet: 5,
        args: [{ index: 0, op: "SCMP_CMP_EQ", value: 1 }],
      },
    ],
  };
  expect(resolveProfile(each)).toEqual(each);
});

test.each<[ResolveOptions, string]>([
  [{ capabilities: ["chown"] }, "invalid capability 'chown'"],
  [{ capabilities: ["CHOWN"] }, "expected a name such as 'CAP_CHOWN'"],
  [{ kernel: "new" }, "invalid kernel release 'new'"],
  [{ arch: "ia32" as "x64" }, "invalid arch 'ia32'"],
])("%j is refused", (options, message) => {
  expect(() => resolveProfile(profile({}), options)).toThrow(RangeError);
  expect(() => resolveProfile(profile({}), options)).toThrow(message);
});
