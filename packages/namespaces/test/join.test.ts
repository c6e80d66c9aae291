import { CloneFlags, formatStep } from "@ns/syscalls";
import {
  program,
  requires,
  root,
  unprivilegedUserNamespaces,
} from "@ns/testkit";
import { describe, expect, test } from "vitest";
import { joinSteps, joinTargets, openNamespace } from "../src/index.ts";
import { inhabitant } from "./internal/inhabitant.ts";
import { runFixture } from "./internal/run-fixture.ts";

test("a thread joins what it can, and what it cannot is refused by its reason", async (context) => {
  requires(context, root, program("setpriv"));
  await using other = await inhabitant("unshare", "--mount");
  const done = { joined: true, otherThread: true };
  expect(await runFixture("join.ts", { args: [String(other.pid)] })).toEqual({
    joined: { cgroup: done, ipc: done, net: done, uts: done },
    refused: {
      user: "ERR_NAMESPACE_JOIN_THREADS",
      time: "ERR_NAMESPACE_JOIN_THREADS",
      pid: "ERR_NAMESPACE_JOIN_PID",
      mnt: "ERR_NAMESPACE_JOIN_SHARED_FS",
      twice:
        "TypeError: invalid namespaces: two are of the kind 'net', expected at most one",
    },
    unchanged: true,
    all: "done",
    leaked: 0,
    there: [true, true, true],
  });
});

test("a thread that cannot go back says so", async (context) => {
  requires(context, root, unprivilegedUserNamespaces);
  await using userns = await inhabitant("unshare", "--map-root-user");
  const inside = ["nsenter", "--user", `--target=${userns.pid}`];
  await using uts = await inhabitant(...inside, "unshare", "--uts");
  const report = await runFixture("join-halfway.ts", {
    through: inside,
    args: [String(uts.pid)],
  });
  expect(report).toEqual({
    code: "ERR_NAMESPACE_JOIN_HALFWAY",
    cause: "EPERM",
    call: "setns(<net:[N]>, CLONE_NEWNET)",
  });
});

describe("the order", () => {
  const flags = (steps: readonly { readonly kind: number }[]): number[] =>
    steps.map(({ kind }) => kind);
  const { NEWIPC, NEWNET, NEWNS, NEWUSER, NEWUTS } = CloneFlags;

  test("is the user namespace first, for what belongs to it", async (context) => {
    requires(context, root, unprivilegedUserNamespaces);
    await using other = await inhabitant(
      ...["unshare", "--map-root-user", "--net", "--mount", "--ipc"],
    );
    const { pid } = other;
    using net = openNamespace({ kind: "net", pid });
    using mnt = openNamespace({ kind: "mnt", pid });
    using ipc = openNamespace({ kind: "ipc", pid });
    using user = openNamespace({ kind: "user", pid });
    using outer = openNamespace({ kind: "uts", pid });
    const targets = joinTargets([mnt, net, user, ipc, outer]);
    expect(flags(targets)).toEqual([NEWUTS, NEWUSER, NEWNET, NEWIPC, NEWNS]);
    expect(targets[1]).toEqual({ fd: user.fd, kind: NEWUSER });
  });

  test("counts what belongs to a user namespace below it", async (context) => {
    requires(context, root, unprivilegedUserNamespaces);
    const unshare = ["unshare", "--map-root-user"];
    await using outer = await inhabitant(...unshare);
    await using inner = await inhabitant(
      ...["nsenter", "--user", `--target=${outer.pid}`],
      ...[...unshare, "--net"],
    );
    using user = openNamespace({ kind: "user", pid: outer.pid });
    using net = openNamespace({ kind: "net", pid: inner.pid });
    expect(flags(joinTargets([net, user]))).toEqual([NEWUSER, NEWNET]);
  });

  test("is otherwise as given, the mount namespace last", () => {
    using mnt = openNamespace({ kind: "mnt" });
    using uts = openNamespace({ kind: "uts" });
    using net = openNamespace({ kind: "net" });
    expect(flags(joinTargets([mnt, uts, net]))).toEqual([
      NEWUTS,
      NEWNET,
      NEWNS,
    ]);
  });
});

test("as steps it is a setns of each, with its name", () => {
  using user = openNamespace({ kind: "user" });
  using time = openNamespace({ kind: "time" });
  const steps = joinSteps([time, user]);
  expect(steps.map(formatStep)).toEqual(
    expect.arrayContaining([
      `setns(<${String(user)}>, CLONE_NEWUSER)`,
      `setns(<${String(time)}>, CLONE_NEWTIME)`,
    ]),
  );
  expect(steps.map(({ why }) => why)).toContain(`join ${String(user)}`);
});

test("no steps lead into a PID namespace, but a target does", () => {
  using pid = openNamespace({ kind: "pid" });
  expect(() => joinSteps([pid])).toThrow(
    expect.objectContaining({
      code: "ERR_NAMESPACE_JOIN_PID",
      hint: expect.stringContaining("joinTargets") as string,
    }),
  );
  expect(joinTargets([pid])).toEqual([{ fd: pid.fd, kind: CloneFlags.NEWPID }]);
});
