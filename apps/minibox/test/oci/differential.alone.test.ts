import { join } from "node:path";
import { chmodSync, writeFileSync } from "node:fs";
import { program, requires, root } from "@ns/testkit";
import { expect, test } from "vitest";
import { Bundle, type Draft, uniqueId } from "../internal/bundle.ts";
import { programOf, ROOT } from "../internal/callers.ts";
import { comparable, LOOK, partsOf } from "./internal/look.ts";

const WAITING = "while :; do sleep 0.1; done";

/** What is changed in the example's configuration. */
type Change = (config: Draft) => void;

const nothing: Change = () => undefined;

const inUserNamespace: Change = ({ linux }) => {
  if (linux === undefined) return;
  const mappings = [{ containerID: 0, hostID: 100_000, size: 65_536 }];
  linux.namespaces = [...(linux.namespaces ?? []), { type: "user" }];
  Object.assign(linux, { uidMappings: mappings, gidMappings: mappings });
};

const inCgroupNamespace: Change = ({ linux }) => {
  linux?.namespaces?.push({ type: "cgroup" });
};

const writable: Change = (config) => {
  config.root = { path: "rootfs", readonly: false };
};

const asUser: Change = ({ process, linux }) => {
  if (process === undefined || linux === undefined) return;
  process.user = { uid: 1000, gid: 1001, umask: 0o77, additionalGids: [5, 6] };
  process.oomScoreAdj = 200;
  process.noNewPrivileges = false;
  process.cwd = "/tmp";
  process.env = [...(process.env ?? []), "A=b", "A=c", "EMPTY="];
  process.rlimits = [{ type: "RLIMIT_CORE", hard: 5, soft: 4 }];
  linux.sysctl = {
    "net.ipv4.ip_unprivileged_port_start": "80",
    "kernel.shmmax": "123456",
  };
};

const withFilter: Change = ({ linux, process }) => {
  if (linux === undefined || process === undefined) return;
  process.capabilities = {};
  linux.seccomp = {
    defaultAction: "SCMP_ACT_ALLOW",
    syscalls: [{ names: ["mkdir"], action: "SCMP_ACT_ERRNO" }],
  };
};

const withDevices: Change = ({ linux }) => {
  if (linux === undefined) return;
  linux.devices = [
    {
      ...{ type: "c", path: "/dev/fuse", major: 10, minor: 229 },
      ...{ fileMode: 0o640, uid: 3, gid: 4 },
    },
    { type: "p", path: "/dev/a/pipe" },
    { type: "b", path: "/dev/block", major: 7, minor: 0 },
  ];
};

const configurations: readonly (readonly [string, Change])[] = [
  ["the example", nothing],
  ["a user namespace", inUserNamespace],
  ["a cgroup namespace", inCgroupNamespace],
  ["a writable root", writable],
  ["another user, limits and sysctls", asUser],
  ["a filter and no capabilities", withFilter],
  ["more devices", withDevices],
];

/** How the process comes to be, and with what words; `ID` is the container's. */
const ways: readonly (readonly [string, boolean, readonly string[]])[] = [
  ["the first process", false, []],
  ["the first process, with a terminal", true, []],
  ["a process that is executed later", false, ["exec", "ID"]],
  ["one of another user", false, ["exec", "-u", "7:8", "-g", "9", "ID"]],
  ["one with a terminal", true, ["exec", "-t", "--cwd", "/tmp", "ID"]],
];

const cases = configurations.flatMap(([what, change]) =>
  ways.map(([who, terminal, words]) => ({
    ...{ what, change, who, terminal, words },
  })),
);

test.each(cases)(
  "with $what $who sees the same world as under runc",
  async ({ change, terminal, words }) => {
    requires(
      { skip: () => undefined as never },
      root,
      program("busybox"),
      program("runc"),
    );
    const executes = words.length > 0;
    const bundle = new Bundle().configure(
      executes ? WAITING : LOOK,
      (config) => {
        // runc 1.1 knows 1.0
        config.ociVersion = "1.0.2";
        config.hostname = "same";
        change(config);
        if (config.process !== undefined)
          config.process.terminal = terminal && !executes;
      },
    );
    // runc goes there as root of the user namespace
    chmodSync(bundle.directory, 0o755);
    const look = async (runtime: string) => {
      const id = uniqueId();
      const all = executes
        ? [
            ...words.map((word) => (word === "ID" ? id : word)),
            "sh",
            "-c",
            LOOK,
          ]
        : ["run", id];
      if (executes) await bundle.runtime(runtime, "run", "--detach", id);
      const outcome = terminal
        ? await onTerminal(bundle, runtime, all)
        : await bundle.runtime(runtime, ...all);
      await bundle.runtime(runtime, "delete", "--force", id);
      return outcome;
    };
    const theirs = await look("runc");
    const ours = await look(programOf(ROOT));
    expect([ours.code, ours.stderr]).toEqual([theirs.code, theirs.stderr]);
    expect(Object.keys(partsOf(ours.stdout))).toHaveLength(22);
    expect(comparable(partsOf(ours.stdout), { executes })).toEqual(
      comparable(partsOf(theirs.stdout), { executes }),
    );
  },
);

/** Runs it on a terminal, which script(1) makes. */
async function onTerminal(
  bundle: Bundle,
  runtime: string,
  words: readonly string[],
) {
  const file = join(bundle.directory, "words");
  writeFileSync(
    file,
    `exec ${[runtime, "--root", bundle.state, ...words].map(quoted).join(" ")}\n`,
  );
  const all = ["script", "-qec", `sh ${file}`, "/dev/null"];
  const result = await bundle.command(...all);
  // script(1) types the end of its own input, which the terminal may echo, and take back
  return { ...result, stdout: result.stdout.replaceAll(/\^[@D]|[\b]/g, "") };
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
