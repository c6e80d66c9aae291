import { readCgroups } from "@ns/cgroup";
import { program, type Requirement, requires, root } from "@ns/testkit";
import { expect, test } from "vitest";
import { Bundle, type Draft, uniqueId } from "../internal/bundle.ts";

type Resources = NonNullable<NonNullable<Draft["linux"]>["resources"]>;

const NEEDS = [root, program("busybox")] as const;

/** A machine whose controllers of v1 these are. */
function v1(...controllers: string[]): Requirement {
  const mounted = () => readCgroups().v1.flatMap((each) => each.controllers);
  return {
    met: () => controllers.every((each) => mounted().includes(each)),
    reason: `needs cgroup v1 with ${controllers.join(", ")}`,
  };
}

const ABSENT: Requirement = {
  met: () =>
    readCgroups().mode !== "v2" &&
    !readCgroups().v1.some(({ controllers }) =>
      ["hugetlb", "rdma", "net_cls"].some((each) => controllers.includes(each)),
    ),
  reason: "needs cgroup v1 without hugetlb, rdma and net_cls",
};

function limited(resources: Resources, script: string): Bundle {
  return new Bundle().configure(script, (config) => {
    config.linux = { ...config.linux, resources };
  });
}

test("limits are in force in the container's cgroup", async (context) => {
  requires(context, ...NEEDS, v1("memory", "cpu", "cpuset", "pids"));
  const bundle = limited(
    {
      memory: { limit: 64 << 20, reservation: 32 << 20, swappiness: 10 },
      cpu: { shares: 512, quota: 20_000, period: 50_000, cpus: "0", mems: "0" },
      pids: { limit: 20 },
    },
    "cd /sys/fs/cgroup; for f in memory/memory.limit_in_bytes memory/memory.soft_limit_in_bytes memory/memory.swappiness cpu/cpu.shares cpu/cpu.cfs_quota_us cpu/cpu.cfs_period_us cpuset/cpuset.cpus cpuset/cpuset.mems pids/pids.max; do cat $f; done; grep Cpus_allowed_list /proc/self/status",
  );
  const { stdout, stderr } = await bundle.minibox("run", uniqueId());
  expect(stderr).toBe("");
  expect(stdout).toBe(
    "67108864\n33554432\n10\n512\n20000\n50000\n0\n0\n20\nCpus_allowed_list:\t0\n",
  );
});

test("devices that are not allowed cannot be opened", async (context) => {
  requires(context, ...NEEDS, v1("devices"));
  const bundle = limited(
    { devices: [{ allow: false, access: "rwm" }] },
    "mknod /dev/kmsg c 1 11 2>&1; head -c1 /dev/zero | wc -c; cat /sys/fs/cgroup/devices/devices.list | grep -c '^a'",
  );
  const { stdout } = await bundle.minibox("run", uniqueId());
  expect(stdout).toBe("mknod: /dev/kmsg: Operation not permitted\n1\n0\n");
});

test.for<[string, Resources, string]>([
  [
    "hugepageLimits",
    { hugepageLimits: [{ pageSize: "2MB", limit: 0 }] },
    "hugetlb",
  ],
  ["rdma", { rdma: { mlx5_1: { hcaHandles: 3 } } }, "rdma"],
  ["network", { network: { classID: 1 } }, "net_cls"],
  ["unified", { unified: { "memory.high": "1048576" } }, "unified"],
])(
  "%s that no controller here can do is an error that names it",
  async ([, resources, says], context) => {
    requires(context, ...NEEDS, ABSENT);
    const bundle = limited(resources, "true");
    const { code, stderr } = await bundle.minibox("create", uniqueId());
    expect(code).toBe(1);
    expect(stderr).toContain(says);
    expect(bundle.ids()).toEqual([]);
  },
);
