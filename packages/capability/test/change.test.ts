import { formatStep } from "@ns/syscalls";
import {
  requires,
  root,
  unprivilegedUser,
  unprivilegedUserNamespaces,
} from "@ns/testkit";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  capabilitySteps,
  type CapabilityState,
  maskOf,
  newUserNamespaceCapabilities,
} from "../src/index.ts";
import { codeOf } from "./internal/code-of.ts";
import { runFixture, runFixtureAsUser } from "./run-fixture.ts";

const full = newUserNamespaceCapabilities(8);
const printed = (...args: Parameters<typeof capabilitySteps>): string[] =>
  capabilitySteps(...args).map(formatStep);

test("bounding set, then the three, then ambient: only what differs", () => {
  const some = maskOf(["CHOWN", "KILL"]);
  const wanted = {
    bounding: some,
    effective: some,
    permitted: some,
    inheritable: some,
    ambient: maskOf(["KILL"]),
  };
  const small = { ...newUserNamespaceCapabilities(8), bounding: some | 0x100n };
  const set = "1<<CAP_CHOWN|1<<CAP_KILL";
  expect(printed(wanted, small)).toEqual([
    "prctl(PR_CAPBSET_DROP, CAP_SETPCAP)",
    `capset({version=_LINUX_CAPABILITY_VERSION_3, pid=0}, {effective=${set}, permitted=${set}, inheritable=${set}})`,
    "prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_KILL, 0, 0)",
  ]);
  expect(printed({}, full)).toEqual([]);
});

test("a set left out stays, less what the others no longer allow", () => {
  const from = { ...full, inheritable: 7n, ambient: 7n };
  expect(printed({ permitted: 3n }, from)).toEqual([
    expect.stringContaining("effective=1<<CAP_CHOWN|1<<CAP_DAC_OVERRIDE,"),
  ]);
  expect(printed({ ambient: 0n }, from)).toEqual([
    "prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, CAP_CHOWN, 0, 0)",
  ]);
});

const weak = { ...full, effective: 0n };
test.each<[string, Partial<CapabilityState>, CapabilityState, string]>([
  [
    "gain",
    { permitted: 0x3ffn },
    full,
    "CAP_LINUX_IMMUTABLE permitted: not permitted now",
  ],
  [
    "use what is not permitted",
    { effective: 3n, permitted: 1n },
    full,
    "CAP_DAC_OVERRIDE effective",
  ],
  ["keep what is not inheritable", { ambient: 1n }, full, "CAP_CHOWN ambient"],
  [
    "widen the bounding set",
    { bounding: 0x3ffn },
    full,
    "CAP_LINUX_IMMUTABLE bounding",
  ],
  [
    "narrow it without CAP_SETPCAP",
    { bounding: 0n },
    weak,
    "CAP_SETPCAP is not effective",
  ],
  [
    "inherit what is not bounding",
    { bounding: 1n, inheritable: 2n },
    full,
    "not in the bounding set",
  ],
  [
    "inherit what is not permitted",
    { inheritable: 1n },
    { ...weak, permitted: 0n },
    "not permitted now, and",
  ],
])("to %s is refused before anything has happened", (_, wanted, from, text) => {
  expect(() => capabilitySteps(wanted, from)).toThrow(
    expect.objectContaining({
      code: "ERR_CAPABILITY_NOT_ALLOWED",
      message: expect.stringContaining(text) as string,
    }) as Error,
  );
});

test("whatever is asked for, it is steps or an error of its own", () => {
  const mask = fc.bigInt({ min: 0n, max: 0x1ffn });
  const state = fc.record({
    effective: mask,
    permitted: mask,
    inheritable: mask,
    bounding: mask,
    ambient: mask,
  });
  fc.assert(
    fc.property(state, state, (wanted, from) => {
      expect([undefined, "ERR_CAPABILITY_NOT_ALLOWED"]).toContain(
        codeOf(() => capabilitySteps(wanted, from)),
      );
    }),
  );
});

const CHANGED = {
  changed: {
    bounding: "CAP_CHOWN,CAP_KILL,CAP_SETPCAP",
    permitted: "CAP_CHOWN,CAP_KILL,CAP_SETPCAP",
    effective: "CAP_CHOWN,CAP_KILL,CAP_SETPCAP",
    inheritable: "CAP_CHOWN,CAP_KILL",
    ambient: "CAP_CHOWN,CAP_KILL",
  },
  sameByCapget: true,
  lowered: "CAP_KILL",
  reduced: {
    bounding: "CAP_CHOWN,CAP_KILL,CAP_SETPCAP",
    permitted: "CAP_KILL",
    effective: "CAP_KILL",
    inheritable: "CAP_CHOWN,CAP_KILL",
    ambient: "CAP_KILL",
  },
  cleared: "",
  regained: "ERR_CAPABILITY_NOT_ALLOWED",
};

test("all five sets of a thread are changed, and the kernel says so", async (context) => {
  requires(context, root);
  expect(await runFixture("apply.ts")).toMatchObject(CHANGED);
});

test("the same in a user namespace, without privileges outside", async (context) => {
  requires(context, unprivilegedUser, unprivilegedUserNamespaces);
  const through = ["unshare", "--user", "--map-root-user"];
  expect(await runFixtureAsUser("apply.ts", through)).toMatchObject(CHANGED);
});

test("user 0 without its privileges keeps what is ambient", async (context) => {
  requires(context, root);
  expect(await runFixture("secure-bits.ts")).toEqual({
    before: 0,
    after: "SECBIT_NOROOT|SECBIT_NOROOT_LOCKED",
    permitted: ["CAP_NET_BIND_SERVICE"],
    unlocked: "EPERM",
  });
});

test("what the rules say of a change, the kernel says too", async (context) => {
  requires(context, root);
  const report = (await runFixture("agreement.ts", [], ["10"])) as {
    differ: string[];
    allowed: number;
    refused: number;
  };
  expect(report.differ).toEqual([]);
  expect(report.allowed).toBeGreaterThan(20);
  expect(report.refused).toBeGreaterThan(20);
});
