import { parseState } from "@ns/oci";
import { program, requires, root } from "@ns/testkit";
import { expect, test } from "vitest";
import { Bundle, type Draft, uniqueId } from "../internal/bundle.ts";

const NEEDS = [root, program("busybox")] as const;
const FILES = { network: "net", mount: "mnt" } as const;
const KINDS = [
  ...(["user", "network", "ipc", "uts", "pid", "cgroup", "time"] as const),
];
const WAITING = "while :; do sleep 0.1; done";

function withNamespaces(
  config: Draft,
  namespaces: NonNullable<NonNullable<Draft["linux"]>["namespaces"]>,
): void {
  const map = [{ containerID: 0, hostID: 100_000, size: 65_536 }];
  const isNew = namespaces.some(
    ({ type, path }) => type === "user" && path === undefined,
  );
  config.linux = {
    ...config.linux,
    namespaces,
    ...(isNew && { uidMappings: map, gidMappings: map }),
  };
}

test("a container joins another's namespaces by their paths, each kind but that of mounts, which is tested by itself", async (context) => {
  requires(context, ...NEEDS);
  const first = new Bundle().configure(WAITING, (config) => {
    const types = [...KINDS, "mount" as const];
    withNamespaces(
      config,
      types.map((type) => ({ type })),
    );
  });
  const id = uniqueId();
  expect((await first.minibox("run", "-d", id)).stderr).toBe("");
  const { pid = 0 } = parseState((await first.minibox("state", id)).stdout);
  const fileOf = (type: string): string =>
    (FILES as Record<string, string>)[type] ?? type;
  const links = KINDS.map((type) => `/proc/self/ns/${fileOf(type)}`).join(" ");
  const second = new Bundle().configure(
    `for f in ${links}; do readlink $f; done; hostname; ls -d /proc/1; readlink /proc/1/ns/uts`,
    (config) => {
      config.hostname = "";
      const joined = KINDS.map((type) => {
        const path = `/proc/${pid}/ns/${fileOf(type)}`;
        return { type, path };
      });
      withNamespaces(config, [...joined, { type: "mount" }]);
    },
  );
  const { stdout, stderr } = await second.minibox("run", uniqueId());
  expect(stderr).toBe("");
  const theirs = await first.minibox(
    ...["exec", id, "sh", "-c"],
    `for f in ${links}; do readlink $f; done; hostname; ls -d /proc/1; readlink /proc/1/ns/uts`,
  );
  expect(stdout).toBe(theirs.stdout);
  expect(stdout.split("\n")).toHaveLength(KINDS.length + 4);
});

test("exec starts on the CPUs of execCPUAffinity, has its own score, and its scheduler", async (context) => {
  requires(context, ...NEEDS);
  const bundle = new Bundle().configure(WAITING, (config) => {
    if (config.process === undefined) return;
    config.process.execCPUAffinity = { initial: "1", final: "0" };
    config.process.oomScoreAdj = 300;
    config.process.scheduler = { policy: "SCHED_BATCH", nice: 3 };
  });
  const id = uniqueId();
  await bundle.minibox("run", "-d", id);
  const { stdout, stderr } = await bundle.minibox(
    ...["exec", id, "sh", "-c"],
    "grep Cpus_allowed_list /proc/1/status /proc/self/status | tr '\\t' ' '; cat /proc/self/oom_score_adj; cut -d' ' -f19,41 /proc/self/stat",
  );
  expect(stderr).toBe("");
  expect(stdout).toMatch(
    /^\/proc\/1\/.*: 0-\d+\n\/proc\/self\/.*: 0\n300\n3 3\n$/,
  );
});
