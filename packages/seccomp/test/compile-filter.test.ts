import { errnoNumber, SeccompFlags } from "@ns/syscalls";
import { requires } from "@ns/testkit";
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import {
  type ActionName,
  Actions,
  type ArchitectureName,
  type ArgumentCondition,
  compileFilter,
  evaluate,
  formatVerdict,
  type OperatorName,
  Operators,
  parseProfile,
  type SeccompProfile,
  syscallNumber,
} from "../src/index.ts";
import { errorOf } from "./internal/error-of.ts";
import { libseccomp } from "./internal/filtered.ts";

beforeEach((context) => requires(context, libseccomp));

const NATIVE =
  process.arch === "x64" ? "SCMP_ARCH_X86_64" : "SCMP_ARCH_AARCH64";
const ARCHES = [
  "SCMP_ARCH_X86_64",
  "SCMP_ARCH_X86",
  "SCMP_ARCH_AARCH64",
] as const;

/** What happens to a call: `ERRNO(EPERM)`. */
function outcome(
  profile: SeccompProfile,
  name: string,
  args: readonly (number | bigint)[] = [],
  arch?: ArchitectureName,
): string {
  const nr = syscallNumber(name, arch);
  if (nr === undefined) throw new Error(`no ${name} on ${arch ?? "here"}`);
  return formatVerdict(
    evaluate(compileFilter(profile).filter, { nr, args, arch }),
  );
}

const DENY = { defaultAction: "SCMP_ACT_ERRNO" } as const;
const allow = (names: readonly string[], args?: readonly ArgumentCondition[]) =>
  ({ names, action: "SCMP_ACT_ALLOW", ...(args && { args }) }) as const;

describe("actions", () => {
  test.each([
    ["SCMP_ACT_KILL", "KILL_THREAD"],
    ["SCMP_ACT_KILL_THREAD", "KILL_THREAD"],
    ["SCMP_ACT_KILL_PROCESS", "KILL_PROCESS"],
    ["SCMP_ACT_TRAP", "TRAP"],
    ["SCMP_ACT_ERRNO", "ERRNO(EPERM)"],
    ["SCMP_ACT_TRACE", "TRACE(1)"],
    ["SCMP_ACT_LOG", "LOG"],
    ["SCMP_ACT_NOTIFY", "NOTIFY"],
  ] as const)("%s", (action, expected) => {
    const profile: SeccompProfile = {
      defaultAction: "SCMP_ACT_ALLOW",
      syscalls: [{ names: ["getcwd"], action }],
    };
    expect(outcome(profile, "getcwd")).toBe(expected);
    expect(outcome(profile, "getpid")).toBe("ALLOW");
  });

  test("an errno goes into errors and to tracers, by default EPERM", () => {
    const profile: SeccompProfile = {
      ...DENY,
      defaultErrnoRet: errnoNumber("EACCES"),
      syscalls: [
        {
          names: ["getcwd"],
          action: "SCMP_ACT_ERRNO",
          errnoRet: errnoNumber("ENODATA"),
        },
        { names: ["getpid"], action: "SCMP_ACT_TRACE", errnoRet: 77 },
        { names: ["getppid"], action: "SCMP_ACT_ERRNO" },
      ],
    };
    expect(outcome(profile, "getcwd")).toBe("ERRNO(ENODATA)");
    expect(outcome(profile, "getpid")).toBe("TRACE(77)");
    expect(outcome(profile, "getppid")).toBe("ERRNO(EPERM)");
    expect(outcome(profile, "chdir")).toBe("ERRNO(EACCES)");
  });

  test("a rule that says what happens anyway changes nothing", () => {
    const profile = {
      ...DENY,
      syscalls: [
        { names: ["chdir"], action: "SCMP_ACT_ERRNO" },
        allow(["read"]),
      ],
    } as const;
    expect(outcome(profile, "chdir")).toBe("ERRNO(EPERM)");
  });
});

describe("conditions", () => {
  const OPERATORS: Readonly<
    Record<OperatorName, (argument: bigint, a: bigint, b: bigint) => boolean>
  > = {
    SCMP_CMP_NE: (argument, a) => argument !== a,
    SCMP_CMP_LT: (argument, a) => argument < a,
    SCMP_CMP_LE: (argument, a) => argument <= a,
    SCMP_CMP_EQ: (argument, a) => argument === a,
    SCMP_CMP_GE: (argument, a) => argument >= a,
    SCMP_CMP_GT: (argument, a) => argument > a,
    SCMP_CMP_MASKED_EQ: (argument, a, b) => (argument & a) === (b & a),
  };
  const value = fc.oneof(
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    fc.bigInt({ min: 0n, max: 4n }),
    fc.bigInt({ min: 2n ** 32n - 2n, max: 2n ** 32n + 2n }),
    fc.constantFrom(2n ** 64n - 1n, 2n ** 63n, 2n ** 31n),
  );
  const condition = (index: number) =>
    fc.record({
      index: fc.constant(index),
      op: fc.constantFrom(...(Object.keys(Operators) as OperatorName[])),
      value,
      valueTwo: value,
    });
  const NAMES = ["getcwd", "chdir", "socket", "kcmp", "prctl"];
  const rule = fc.record({
    names: fc.uniqueArray(fc.constantFrom(...NAMES), { minLength: 1 }),
    args: fc.oneof(
      // on several arguments: all must hold
      fc
        .uniqueArray(fc.integer({ min: 0, max: 5 }), { maxLength: 3 })
        .chain((indices) => fc.tuple(...indices.map(condition))),
      // twice on one: either
      condition(1).chain((one) => condition(1).map((two) => [one, two])),
    ),
  });
  const calls = fc.array(
    fc.record({
      name: fc.constantFrom(...NAMES, "getpid"),
      args: fc.array(value, { minLength: 6, maxLength: 6 }),
      near: fc.nat(),
    }),
    { minLength: 30, maxLength: 30 },
  );

  test("a filter does what the profile says, on any arguments", () => {
    fc.assert(
      fc.property(
        fc.array(rule, { minLength: 1, maxLength: 6 }),
        calls,
        (rules, calls) => {
          const profile: SeccompProfile = {
            ...DENY,
            syscalls: rules.map(({ names, args }) => allow(names, args)),
          };
          const { filter } = compileFilter({
            ...profile,
            architectures: process.arch === "x64" ? ["SCMP_ARCH_X86"] : [],
          });
          const conditions = rules.flatMap(({ args }) => args);
          for (const { name, args, near } of calls) {
            // half of the calls are made to hit a condition
            const aimed = conditions[near % (conditions.length * 2 || 1)];
            const given = args.slice();
            if (aimed !== undefined)
              given[aimed.index] =
                aimed.op === "SCMP_CMP_MASKED_EQ"
                  ? ((given[aimed.index] ?? 0n) & ~aimed.value) |
                    (aimed.valueTwo & aimed.value)
                  : aimed.value;
            for (const bits of process.arch === "x64"
              ? ([64, 32] as const)
              : ([64] as const)) {
              const cut = (value: bigint): bigint =>
                BigInt.asUintN(bits, value);
              const holds = ({
                index,
                op,
                value,
                valueTwo,
              }: (typeof conditions)[number]) =>
                OPERATORS[op](
                  cut(given[index] ?? 0n),
                  cut(value),
                  cut(valueTwo),
                );
              const allowed = rules.some(({ names, args }) => {
                if (!names.includes(name)) return false;
                const either =
                  new Set(args.map(({ index }) => index)).size < args.length;
                return either ? args.some(holds) : args.every(holds);
              });
              const arch: ArchitectureName =
                bits === 32 ? "SCMP_ARCH_X86" : NATIVE;
              const call = {
                arch,
                nr: syscallNumber(name, arch) ?? -1,
                args: given.map(cut),
              };
              expect([
                bits,
                name,
                given,
                evaluate(filter, call).action,
              ]).toEqual([
                bits,
                name,
                given,
                allowed ? "SCMP_ACT_ALLOW" : "SCMP_ACT_ERRNO",
              ]);
            }
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  test("the first rule that holds has its action, whatever libseccomp would make of the words of a and b", () => {
    const on = (op: OperatorName, value: bigint) => [{ index: 0, op, value }];
    const profile = {
      ...DENY,
      syscalls: [
        allow(["kcmp"], on("SCMP_CMP_LT", 1n)),
        allow(["kcmp"], on("SCMP_CMP_LE", 2n ** 32n)),
        {
          names: ["kcmp"],
          action: "SCMP_ACT_TRAP",
          args: on("SCMP_CMP_GE", 2n ** 32n),
        },
      ] as const,
    };
    const at = (argument: bigint): string =>
      outcome(profile, "kcmp", [argument]);
    expect([0n, 1n, 2n ** 32n - 2n, 2n ** 32n].map(at)).toEqual([
      "ALLOW",
      "ALLOW",
      "ALLOW",
      "ALLOW",
    ]);
    expect([2n ** 32n + 1n, 2n ** 64n - 1n].map(at)).toEqual(["TRAP", "TRAP"]);
  });

  test("values above 2^53 are exact, from text too", () => {
    const profile = parseProfile(
      `{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{"names":["kcmp"],"action":"SCMP_ACT_ALLOW",
        "args":[{"index":2,"value":18446744073709551615,"op":"SCMP_CMP_EQ"}]}]}`,
    );
    expect(outcome(profile, "kcmp", [0, 0, 2n ** 64n - 1n])).toBe("ALLOW");
    expect(outcome(profile, "kcmp", [0, 0, 2n ** 64n - 2n])).toBe(
      "ERRNO(EPERM)",
    );
    expect(outcome(profile, "kcmp", [0, 0, -1])).toBe("ALLOW");
  });

  test("rules with different actions for parts of the same arguments, as Podman has them for socket", () => {
    const on = (index: number, op: OperatorName, value: number) => ({
      index,
      op,
      value,
    });
    const profile: SeccompProfile = {
      ...DENY,
      defaultErrnoRet: errnoNumber("ENOSYS"),
      architectures:
        process.arch === "x64" ? ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"] : [],
      syscalls: [
        allow(["socketcall"]),
        {
          names: ["socket"],
          action: "SCMP_ACT_ERRNO",
          errnoRet: errnoNumber("EINVAL"),
          args: [on(0, "SCMP_CMP_EQ", 16), on(2, "SCMP_CMP_EQ", 9)],
        },
        allow(["socket"], [on(2, "SCMP_CMP_NE", 9)]),
        allow(["socket"], [on(0, "SCMP_CMP_NE", 16)]),
      ],
    };
    for (const arch of process.arch === "x64"
      ? ARCHES.slice(0, 2)
      : ([NATIVE] as const)) {
      const at = (...args: number[]): string =>
        outcome(profile, "socket", args, arch);
      expect(at(16, 3, 9)).toBe("ERRNO(EINVAL)");
      expect([at(16, 3, 0), at(2, 1, 9), at(2, 1, 0)]).toEqual([
        "ALLOW",
        "ALLOW",
        "ALLOW",
      ]);
    }
  });

  test("rules that contradict each other are refused", () => {
    const args = [{ index: 0, op: "SCMP_CMP_EQ", value: 1 }] as const;
    const error = errorOf(() =>
      compileFilter({
        ...DENY,
        syscalls: [
          allow(["kcmp"], args),
          { names: ["kcmp"], action: "SCMP_ACT_TRAP", args },
        ],
      }),
    );
    expect(error).toMatchObject({
      code: "ERR_SECCOMP_PROFILE",
      path: "syscalls[1]",
    });
  });
});

describe("architectures", () => {
  test("each has its own numbers", () => {
    const profile = {
      ...DENY,
      architectures: ARCHES,
      syscalls: [allow(["read", "waitpid"])],
    };
    for (const arch of ARCHES)
      expect(outcome(profile, "read", [], arch)).toBe("ALLOW");
    expect(outcome(profile, "waitpid", [], "SCMP_ARCH_X86")).toBe("ALLOW");
    expect(outcome(profile, "write", [], "SCMP_ARCH_X86")).toBe("ERRNO(EPERM)");
  });

  test("one that is not listed is killed", () => {
    expect(outcome(DENY, "read", [], "SCMP_ARCH_S390X")).toBe("KILL_THREAD");
  });

  test("x32 is x86_64 with a bit in the number", () => {
    const profile = {
      ...DENY,
      architectures: ["SCMP_ARCH_X86_64", "SCMP_ARCH_X32"],
      syscalls: [allow(["read", "chdir"])],
    } as const;
    const { filter } = compileFilter(profile);
    const at = (nr: number, arch: ArchitectureName): string =>
      formatVerdict(evaluate(filter, { nr, arch }));
    expect(at(0, "SCMP_ARCH_X32")).toBe("ALLOW");
    expect(at(1, "SCMP_ARCH_X32")).toBe("ERRNO(EPERM)");
    expect(at(0x40000000 + 1000, "SCMP_ARCH_X32")).toBe("ERRNO(ENOSYS)");
    expect(at(0x40000000, "SCMP_ARCH_X86_64")).toBe("ALLOW");
    const alone = compileFilter({
      ...profile,
      architectures: ["SCMP_ARCH_X86_64"],
    });
    expect(
      evaluate(alone.filter, { nr: 0, arch: "SCMP_ARCH_X32" }).action,
    ).toMatch(process.arch === "x64" ? "SCMP_ACT_KILL_THREAD" : "SCMP_ACT");
  });

  test("one of the other byte order is refused with a reason", () => {
    const error = errorOf(() =>
      compileFilter({
        ...DENY,
        architectures: ["SCMP_ARCH_S390X"],
        syscalls: [allow(["read"])],
      }),
    );
    expect(error).toMatchObject({
      code: "ERR_SECCOMP_UNSUPPORTED",
      path: "architectures",
      message: expect.stringContaining("'SCMP_ARCH_S390X'") as string,
    });
  });
});

describe("syscalls newer than the profile", () => {
  const names = ["read", "openat2"];
  const NEWEST = 437; // openat2, the same on all architectures

  test.each<[ActionName, string]>([
    ["SCMP_ACT_ERRNO", "ERRNO(ENOSYS)"],
    ["SCMP_ACT_KILL_PROCESS", "ERRNO(ENOSYS)"],
    ["SCMP_ACT_TRAP", "ERRNO(ENOSYS)"],
    ["SCMP_ACT_LOG", "LOG"],
    ["SCMP_ACT_TRACE", "TRACE(1)"],
    ["SCMP_ACT_ALLOW", "ALLOW"],
  ])("by default action %s get %s", (defaultAction, expected) => {
    const { filter } = compileFilter({
      defaultAction,
      architectures: ARCHES,
      syscalls: [
        {
          names,
          action:
            defaultAction === "SCMP_ACT_ALLOW"
              ? "SCMP_ACT_TRAP"
              : "SCMP_ACT_ALLOW",
        },
      ],
    });
    for (const arch of ARCHES) {
      const at = (nr: number): string =>
        formatVerdict(evaluate(filter, { arch, nr }));
      expect(at(NEWEST + 1)).toBe(expected);
      expect(at(100000)).toBe(expected);
      expect(at(NEWEST - 1)).toBe(
        expected === "ERRNO(ENOSYS)"
          ? formatVerdict({
              action: defaultAction,
              data: defaultAction === "SCMP_ACT_ERRNO" ? 1 : 0,
              value: 0,
            })
          : expected,
      );
    }
  });

  test("with ENOSYS as the default there is nothing to add", () => {
    const rules = [allow(names)];
    const nosys = {
      ...DENY,
      defaultErrnoRet: errnoNumber("ENOSYS"),
      syscalls: rules,
    };
    const perm = { ...DENY, syscalls: rules };
    expect(compileFilter(nosys).filter.length).toBeLessThan(
      compileFilter(perm).filter.length,
    );
    expect(outcome(nosys, "openat2")).toBe("ALLOW");
    expect(outcome(nosys, "chdir")).toBe("ERRNO(ENOSYS)");
  });

  test("clone3 that a profile does not name is not there, so that clone is tried", () => {
    expect(outcome({ ...DENY, syscalls: [allow(names)] }, "clone3")).toBe(
      "ERRNO(ENOSYS)",
    );
    expect(
      outcome({ ...DENY, syscalls: [allow([...names, "clone3"])] }, "clone3"),
    ).toBe("ALLOW");
    const denied = {
      ...DENY,
      syscalls: [
        allow(names),
        { names: ["clone3"], action: "SCMP_ACT_ERRNO" } as const,
      ],
    };
    expect(outcome(denied, "clone3")).toBe("ERRNO(EPERM)");
    expect(
      outcome(
        { defaultAction: "SCMP_ACT_KILL_PROCESS", syscalls: [allow(names)] },
        "clone3",
      ),
    ).toBe("KILL_PROCESS");
  });
});

describe("what comes with the filter", () => {
  test("names that libseccomp does not know are told", () => {
    const compiled = compileFilter({
      ...DENY,
      syscalls: [allow(["read", "zz_new", "aa_new", "waitpid"])],
    });
    expect(compiled.unknownSyscalls).toEqual(["aa_new", "zz_new"]);
  });

  const {
    LOG,
    SPEC_ALLOW,
    TSYNC,
    TSYNC_ESRCH,
    NEW_LISTENER,
    WAIT_KILLABLE_RECV,
  } = SeccompFlags;
  const NOTIFY = { names: ["chdir"], action: "SCMP_ACT_NOTIFY" } as const;

  test("flags are those of the profile, with a listener if it notifies", () => {
    expect(compileFilter(DENY).flags).toBe(0);
    expect(
      compileFilter({
        ...DENY,
        flags: [
          "SECCOMP_FILTER_FLAG_LOG",
          "SECCOMP_FILTER_FLAG_SPEC_ALLOW",
          "SECCOMP_FILTER_FLAG_TSYNC",
        ],
      }).flags,
    ).toBe(LOG | SPEC_ALLOW | TSYNC);
    const compiled = compileFilter({
      ...DENY,
      flags: [
        "SECCOMP_FILTER_FLAG_TSYNC",
        "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV",
      ],
      listenerPath: "/run/agent.sock",
      listenerMetadata: "text",
      syscalls: [NOTIFY],
    });
    expect(compiled).toMatchObject({
      flags: TSYNC | TSYNC_ESRCH | NEW_LISTENER | WAIT_KILLABLE_RECV,
      listenerPath: "/run/agent.sock",
      listenerMetadata: "text",
    });
  });

  test("waiting for a listener without one is refused", () => {
    const error = errorOf(() =>
      compileFilter({
        ...DENY,
        flags: ["SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"],
      }),
    );
    expect(error).toMatchObject({ code: "ERR_SECCOMP_PROFILE", path: "flags" });
  });

  test("the same profile is compiled once, and nobody's copy is another's", () => {
    const profile = { ...DENY, syscalls: [allow(["getpid", "gettid"])] };
    const first = compileFilter(profile);
    first.filter.fill(0);
    const second = compileFilter(structuredClone(profile));
    expect([first.source, second.source]).toEqual(["compiled", "memory"]);
    expect(second.filter.some((byte) => byte !== 0)).toBe(true);
    expect(compileFilter({ ...profile, defaultErrnoRet: 2 }).source).toBe(
      "compiled",
    );
  });
});

test("every action that profiles name is one that the kernel has", () => {
  expect(new Set(Object.values(Actions)).size).toBe(
    Object.keys(Actions).length - 1,
  );
});
