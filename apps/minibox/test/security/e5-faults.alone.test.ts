import { existsSync } from "node:fs";
import {
  capset,
  chdir,
  closeRange,
  type ErrnoName,
  fsconfigCreate,
  fsmount,
  fsopen,
  mknodat,
  mount,
  mountSetattr,
  moveMount,
  openTree,
  personality,
  pivotRoot,
  prctl,
  PrctlOptions,
  seccomp,
  SeccompOperations,
  setdomainname,
  setgroups,
  sethostname,
  setns,
  setresgid,
  setresuid,
  setsid,
  symlinkat,
  type Syscall,
  umount2,
  write,
} from "@ns/syscalls";
import { type Requirement, requires, type RunResult } from "@ns/testkit";
import { describe, expect, test } from "vitest";
import { Bundle, type Draft, uniqueId } from "../internal/bundle.ts";
import { minibox, programOf, ROOT, runAs } from "../internal/callers.ts";
import { remainsOf } from "../oci/internal/remains.ts";
import { failing, NEEDS } from "./internal/probe.ts";

type Fault = readonly [
  name: string,
  call: Syscall,
  argument?: readonly [number, number],
];

const prctlOf = (
  name: "CAPBSET_DROP" | "SET_NO_NEW_PRIVS" | "SET_KEEPCAPS",
): Fault => [
  `prctl(${name})`,
  prctl(PrctlOptions[name], 0, 0, 0, 0),
  [0, PrctlOptions[name]],
];

/** What a container's isolation consists of, and the argument by which the call is told from others of the engine's. */
const STEPS: readonly Fault[] = [
  ["mount", mount(null, "/", null, 0, null)],
  ["umount2", umount2("/", 0)],
  ["pivot_root", pivotRoot(".", ".")],
  ["open_tree", openTree(-1, "")],
  ["move_mount", moveMount(-1, "", -1, "")],
  ["mount_setattr", mountSetattr(-1, "", 0, {})],
  ["fsopen", fsopen("")],
  ["fsconfig", fsconfigCreate(-1)],
  ["fsmount", fsmount(-1, 0, 0)],
  ["chdir", chdir("/")],
  ["setsid", setsid()],
  ["sethostname", sethostname("")],
  ["setgroups", setgroups([])],
  ["setresgid", setresgid(0, 0, 0)],
  ["setresuid", setresuid(0, 0, 0)],
  ["capset", capset({ effective: 0n, permitted: 0n, inheritable: 0n })],
  ["close_range", closeRange(3)],
  prctlOf("CAPBSET_DROP"),
  prctlOf("SET_NO_NEW_PRIVS"),
  prctlOf("SET_KEEPCAPS"),
];

/** What only a bundle asks for here. */
const OF_BUNDLES: readonly Fault[] = [
  ["setdomainname", setdomainname("")],
  ["personality", personality(0)],
  ["mknodat", mknodat(-1, "", 0)],
  ["symlinkat", symlinkat("", -1, "")],
  [
    "seccomp",
    seccomp(SeccompOperations.SET_MODE_FILTER, 0, new Uint8Array(8)),
    [0, SeccompOperations.SET_MODE_FILTER],
  ],
];

const CODES: readonly ErrnoName[] = ["EPERM", "ENOSYS", "EINVAL"];

function asksForAll(config: Draft): void {
  config.domainname = "domain";
  config.linux = {
    ...config.linux,
    personality: { domain: "LINUX" },
    seccomp: {
      defaultAction: "SCMP_ACT_ALLOW",
      syscalls: [{ names: ["bpf"], action: "SCMP_ACT_ERRNO" }],
    },
  };
  if (config.process !== undefined)
    config.process.user = { uid: 1000, gid: 1000, additionalGids: [5] };
}

/** Steps whose failure did not keep a program from running. */
async function survived(
  faults: readonly Fault[],
  code: ErrnoName | "OK",
  run: (words: readonly string[]) => Promise<RunResult>,
): Promise<string[]> {
  const names: string[] = [];
  for (const [name, call, argument] of faults) {
    const { code: status, stdout } = await run(failing(call, code, argument));
    if (status === 0 || stdout !== "") names.push(name);
  }
  return names;
}

const timeout = 120_000;

describe.each(CODES)("where a step fails with %s", (code) => {
  test("E5: no container runs", { timeout }, async (context) => {
    requires(context, ...NEEDS);
    const bundle = new Bundle().configure("echo ran", asksForAll);
    expect(
      await survived([...STEPS, ...OF_BUNDLES], code, (words) =>
        bundle.through(words, "run", uniqueId()),
      ),
    ).toEqual([]);
    expect(bundle.ids()).toEqual([]);
  });

  test("E5: nor a sandbox", { timeout }, async (context) => {
    requires(context, ...NEEDS);
    expect(await survived(STEPS, code, inSandbox)).toEqual([]);
  });

  test(
    "E5: nor is anything executed in a container",
    { timeout },
    async (context) => {
      requires(context, ...NEEDS);
      const bundle = new Bundle().configure("sleep 1000", asksForAll);
      const id = uniqueId();
      await bundle.minibox("run", "--detach", id);
      const own: readonly Fault[] = [
        ["setns", setns(-1, 0)],
        ...STEPS.filter(([name]) =>
          /^(?:set(?:sid|groups|res.id)|capset|close_range|prctl)/.test(name),
        ),
      ];
      expect(
        await survived(own, code, (words) =>
          bundle.through(words, "exec", id, "echo", "ran"),
        ),
      ).toEqual([]);
    },
  );
});

function inSandbox(words: readonly string[]): Promise<RunResult> {
  // a filter asks for no_new_privs, too
  return inFiltered(words, "--seccomp", "unconfined");
}

function inFiltered(
  [file = "", ...args]: readonly string[],
  ...options: readonly string[]
): Promise<RunResult> {
  return runAs(ROOT, file, [
    ...[...args, programOf(ROOT), "run", ...options],
    ...["-u", "1000:1000", "--", "echo", "ran"],
  ]);
}

/** Calls that give a privilege up, made to say that they have and to do nothing. */
const LIES = STEPS.filter(([name]) =>
  [
    "setgroups",
    "setresgid",
    "setresuid",
    "capset",
    "prctl(CAPBSET_DROP)",
    "prctl(SET_NO_NEW_PRIVS)",
  ].includes(name),
);
/** Those that come after a filter that is installed early. */
const LATE_LIES = LIES.filter(([name]) => /^(?:set|capset)/.test(name));
const NO_FILTER = OF_BUNDLES.filter(([name]) => name === "seccomp");

test(
  "E5: a step that says it has been made, and was not, is found out",
  { timeout },
  async (context) => {
    requires(context, ...NEEDS);
    const bundle = new Bundle().configure("echo ran", asksForAll);
    expect(
      await survived(LIES, "OK", (words) =>
        bundle.through(words, "run", uniqueId()),
      ),
    ).toEqual([]);
    // who has no other groups has none to give up
    const ofSandbox = LIES.filter(([name]) => name !== "setgroups");
    expect(await survived(ofSandbox, "OK", inSandbox)).toEqual([]);
  },
);

test(
  "E5: also under a filter that is in force by then",
  { timeout },
  async (context) => {
    requires(context, ...NEEDS);
    const bundle = new Bundle().configure("echo ran", (config) => {
      asksForAll(config);
      if (config.process !== undefined) config.process.noNewPrivileges = false;
    });
    const run = (words: readonly string[]) =>
      bundle.through(words, "run", uniqueId());
    expect(await survived(LATE_LIES, "OK", run)).toEqual([]);
    expect((await run(["env"])).stdout).toBe("ran\n");
  },
);

test.for([true, false])(
  "E5: nor is a filter taken at its word that it is in force, with noNewPrivileges %s",
  { timeout },
  async (noNewPrivileges, context) => {
    requires(context, ...NEEDS);
    const bundle = new Bundle().configure("echo ran", (config) => {
      asksForAll(config);
      if (config.process !== undefined)
        config.process.noNewPrivileges = noNewPrivileges;
    });
    // there is one around us, too: PR_GET_SECCOMP says 2
    const inBundle = (words: readonly string[]) =>
      bundle.through(words, "run", uniqueId());
    expect(await survived(NO_FILTER, "OK", inBundle)).toEqual([]);
    expect(await survived(NO_FILTER, "OK", inFiltered)).toEqual([]);
  },
);

test("E5: nor does the filter end who asks for it", async (context) => {
  requires(context, ...NEEDS);
  const bundle = new Bundle().configure("echo ran", (config) => {
    config.linux = {
      ...config.linux,
      seccomp: {
        defaultAction: "SCMP_ACT_ALLOW",
        syscalls: [
          {
            ...{ names: ["prctl"], action: "SCMP_ACT_KILL_PROCESS" },
            args: [
              { index: 0, value: PrctlOptions.GET_SECCOMP, op: "SCMP_CMP_EQ" },
            ],
          },
        ],
      },
    };
  });
  expect(await bundle.minibox("run", uniqueId())).toMatchObject({
    ...{ code: 0, stdout: "ran\n", stderr: "" },
  });
});

const tasks: Requirement = {
  met: () => existsSync("/sys/fs/cgroup/pids/tasks"),
  reason: "needs cgroup v1: on v2 one is born in its cgroup",
};

test("E5: a container that is not in its cgroup is not made", async (context) => {
  requires(context, ...NEEDS, tasks);
  const bundle = new Bundle().configure("true");
  const id = uniqueId();
  // of one byte: "0", to tasks
  const words = failing(write(-1, ""), "OK", [2, 1]);
  const { code, stderr } = await bundle.through(words, "create", id);
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /cannot enter cgroup '.*': the process is in \/.* still/,
  );
  expect(remainsOf({ id, bundle: bundle.rootfs, root: bundle.state })).toEqual(
    [],
  );
});

test("E5: and without any of that all of them run", async (context) => {
  requires(context, ...NEEDS);
  const bundle = new Bundle().configure("echo ran", asksForAll);
  const { stdout } = await bundle.minibox("run", uniqueId());
  expect(stdout).toBe("ran\n");
  const sandbox = await minibox(ROOT, [
    ...["run", "-u", "1000:1000", "--", "echo", "ran"],
  ]);
  expect(sandbox.stdout).toBe("ran\n");
});
