import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  checkResources,
  type ControlBatch,
  planV1,
  planV2,
  type Resources,
} from "../src/index.ts";
import { codeOf } from "./internal/code-of.ts";

const lines = (batches: readonly ControlBatch[]): string[] =>
  batches.flatMap(({ writes }) =>
    writes.flatMap(({ choices }) =>
      choices.map(({ file, value }) => `${file} ${value}`),
    ),
  );

const GiB = 2 ** 30;

/** What both versions can do. */
const common: Resources = {
  memory: { limit: GiB, swap: 1.5 * GiB, reservation: GiB / 2 },
  cpu: {
    shares: 1024,
    quota: 50_000,
    period: 100_000,
    burst: 10_000,
    cpus: "0-1",
    mems: "0",
  },
  pids: { limit: 100 },
  blockIO: {
    weight: 500,
    weightDevice: [{ major: 8, minor: 0, weight: 10 }],
    throttleReadBpsDevice: [{ major: 8, minor: 0, rate: 1_000_000 }],
    throttleWriteIOPSDevice: [{ major: 8, minor: 16, rate: 0 }],
  },
  hugepageLimits: [{ pageSize: "2MB", limit: 4_194_304 }],
  rdma: { mlx5_0: { hcaHandles: 3, hcaObjects: 10_000 } },
};

test("v1 gets its files", () => {
  expect(lines(planV1(common))).toEqual([
    "memory.limit_in_bytes 1073741824",
    "memory.memsw.limit_in_bytes 1610612736",
    "memory.soft_limit_in_bytes 536870912",
    "cpu.shares 1024",
    "cpu.cfs_period_us 100000",
    "cpu.cfs_quota_us 50000",
    "cpu.cfs_burst_us 10000",
    "cpuset.cpus 0-1",
    "cpuset.mems 0",
    "pids.max 100",
    "blkio.weight 500",
    "blkio.bfq.weight 500",
    "blkio.weight_device 8:0 10",
    "blkio.bfq.weight_device 8:0 10",
    "blkio.throttle.read_bps_device 8:0 1000000",
    "blkio.throttle.write_iops_device 8:16 0",
    "hugetlb.2MB.limit_in_bytes 4194304",
    "hugetlb.2MB.rsvd.limit_in_bytes 4194304",
    "rdma.max mlx5_0 hca_handle=3 hca_object=10000",
  ]);
});

test("v2 gets its own, converted", () => {
  expect(
    lines(planV2({ ...common, unified: { "memory.high": "900M" } })),
  ).toEqual([
    "memory.swap.max 536870912",
    "memory.max 1073741824",
    "memory.low 536870912",
    "cpu.weight 100",
    "cpu.max 50000 100000",
    "cpu.max.burst 10000",
    "cpuset.cpus 0-1",
    "cpuset.mems 0",
    "pids.max 100",
    "io.bfq.weight 500",
    "io.weight default 4950",
    "io.bfq.weight 8:0 10",
    "io.weight 8:0 1",
    "io.max 8:0 rbps=1000000",
    "io.max 8:16 wiops=max",
    "hugetlb.2MB.max 4194304",
    "hugetlb.2MB.rsvd.max 4194304",
    "rdma.max mlx5_0 hca_handle=3 hca_object=10000",
    "memory.high 900M",
  ]);
});

test("only v1 has the rest", () => {
  const resources: Resources = {
    memory: {
      kernel: GiB,
      kernelTCP: GiB,
      swappiness: 0,
      disableOOMKiller: true,
      useHierarchy: true,
    },
    cpu: { realtimePeriod: 1_000_000, realtimeRuntime: 0, idle: 1 },
    blockIO: {
      leafWeight: 10,
      weightDevice: [{ major: 8, minor: 0, leafWeight: 11 }],
    },
    network: {
      classID: 1_048_577,
      priorities: [{ name: "eth0", priority: 5 }],
    },
  };
  expect(lines(planV1(resources))).toEqual([
    "memory.use_hierarchy 1",
    `memory.kmem.limit_in_bytes ${String(GiB)}`,
    `memory.kmem.tcp.limit_in_bytes ${String(GiB)}`,
    "memory.swappiness 0",
    "memory.oom_control 1",
    "cpu.idle 1",
    "cpu.rt_period_us 1000000",
    "cpu.rt_runtime_us 0",
    "blkio.leaf_weight 10",
    "blkio.leaf_weight_device 8:0 11",
    "net_cls.classid 1048577",
    "net_prio.ifpriomap eth0 5",
  ]);
});

describe("what a version has nothing for is an error, not passed over", () => {
  test.each<[string, Resources]>([
    ["memory.kernelTCP", { memory: { kernelTCP: 1 } }],
    ["memory.kernel", { memory: { kernel: 1 } }],
    ["memory.swappiness", { memory: { swappiness: 0 } }],
    ["memory.disableOOMKiller", { memory: { disableOOMKiller: true } }],
    ["memory.useHierarchy", { memory: { useHierarchy: false } }],
    ["cpu.realtimeRuntime", { cpu: { realtimeRuntime: 1 } }],
    ["cpu.realtimePeriod", { cpu: { realtimePeriod: 1 } }],
    ["blockIO.leafWeight", { blockIO: { leafWeight: 10 } }],
    ["network.classID", { network: { classID: 1 } }],
    [
      "network.priorities",
      { network: { priorities: [{ name: "lo", priority: 1 }] } },
    ],
  ])("%s on v2", (resource, resources) => {
    expect(() => planV2(resources)).toThrow(
      expect.objectContaining({
        code: "ERR_CGROUP_UNSUPPORTED",
        resource,
        hint: expect.any(String) as string,
      }),
    );
    expect(planV1(resources).length).toBeGreaterThan(0);
  });

  test("unified on v1", () => {
    expect(() => planV1({ unified: { "memory.high": "1" } })).toThrow(
      expect.objectContaining({
        code: "ERR_CGROUP_UNSUPPORTED",
        controller: "memory",
      }),
    );
  });
});

test("what turns nothing on is nothing to do", () => {
  const off: Resources = {
    memory: { limit: 0, swap: 0, disableOOMKiller: false, useHierarchy: true },
    cpu: { shares: 0, quota: 0, period: 0, realtimeRuntime: 0, cpus: "" },
    blockIO: { weight: 0, leafWeight: 0 },
    network: {},
    rdma: { mlx5_0: {} },
  };
  expect(planV2(off)).toEqual([]);
});

test("unlimited memory is unlimited swap, and no pids is none", () => {
  expect(lines(planV1({ memory: { limit: -1 } }))).toEqual([
    "memory.limit_in_bytes -1",
    "memory.memsw.limit_in_bytes -1",
  ]);
  expect(lines(planV2({ memory: { limit: -1 } }))).toEqual([
    "memory.swap.max max",
    "memory.max max",
  ]);
  expect(lines(planV2({ pids: { limit: -1 } }))).toEqual(["pids.max max"]);
  expect(lines(planV1({ pids: { limit: 0 } }))).toEqual(["pids.max 0"]);
});

describe("resources that cannot be", () => {
  test.each<[unknown, string]>([
    [{ memory: { limit: "1G" } }, "invalid memory.limit"],
    [{ memory: { limit: -2 } }, "invalid memory.limit '-2'"],
    [{ memory: { limit: 1.5 } }, "invalid memory.limit '1.5'"],
    [{ memory: { limit: NaN } }, "invalid memory.limit 'NaN'"],
    [{ memory: { swap: 10, limit: 11 } }, "invalid memory.swap '10'"],
    [{ memory: { swappiness: 101 } }, "invalid memory.swappiness '101'"],
    [{ memory: { max: 1 } }, "unknown resource 'memory.max'"],
    [{ memory: { toString: 1 } }, "unknown resource 'memory.toString'"],
    [{ memmory: {} }, "unknown resource 'memmory'"],
    [{ memory: [] }, "invalid memory"],
    [{ cpu: { idle: 2 } }, "invalid cpu.idle '2'"],
    [{ cpu: { idle: 1, shares: 5 } }, "invalid cpu.shares '5'"],
    [{ cpu: { period: 999 } }, "invalid cpu.period '999'"],
    [{ cpu: { cpus: "x" } }, "invalid cpu.cpus"],
    [{ blockIO: { weight: 9 } }, "invalid blockIO.weight '9'"],
    [
      { blockIO: { throttleReadBpsDevice: [{ major: 8, minor: 0 }] } },
      "invalid blockIO.throttleReadBpsDevice[0]: expected rate",
    ],
    [
      {
        blockIO: {
          weightDevice: [
            { major: 8, minor: 0 },
            { major: 8, minor: 0 },
          ],
        },
      },
      "expected each device once, and 8:0 is there twice",
    ],
    [
      { hugepageLimits: [{ pageSize: "../x", limit: 1 }] },
      "invalid hugepageLimits[0].pageSize",
    ],
    [
      { network: { priorities: [{ name: "a b", priority: 1 }] } },
      "without spaces",
    ],
    [{ rdma: { "a\nb": { hcaHandles: 1 } } }, "without spaces"],
    [{ unified: { "../x": "1" } }, "expected the name of a file"],
    [{ unified: { "memory.max/x": "1" } }, "expected the name of a file"],
    [{ unified: { "..": "1" } }, "expected the name of a file"],
    [{ unified: { memory: "1" } }, "expected CONTROLLER.PARAMETER"],
    [{ unified: { "cgroup.procs": "1" } }, "expected a limit"],
    [{ unified: { "cgroup.kill": "1" } }, "expected a limit"],
    [{ unified: { "memory.max": 1 } }, "expected a string"],
    [{ devices: [{ type: "c" }] }, "invalid devices[0].allow"],
    [{ devices: [{ allow: true, type: "x" }] }, "invalid devices[0].type"],
    [{ devices: [{ allow: true, access: "rx" }] }, "invalid devices[0].access"],
    [{ devices: [{ allow: true, access: "" }] }, "invalid devices[0].access"],
    [{ devices: [{ allow: true, major: -2 }] }, "invalid devices[0].major"],
    [{ devices: [{ allow: true, path: "/dev/null" }] }, "unknown 'path'"],
  ])("%j: %s", (resources, message) => {
    expect(() => {
      checkResources(resources as Resources);
    }).toThrow(message);
    expect(["TypeError", "RangeError"]).toContain(
      codeOf(() => {
        checkResources(resources as Resources);
      }),
    );
  });

  test("anything at all is taken or refused, and what is taken can be planned", () => {
    const value = fc.oneof(
      fc.integer({ min: -2, max: 2000 }),
      fc.string(),
      fc.boolean(),
      fc.constantFrom(null, undefined, Infinity, 1e300, [], {}),
    );
    const part = (...keys: string[]): fc.Arbitrary<Record<string, unknown>> =>
      fc.dictionary(fc.constantFrom(...keys), value, { maxKeys: 3 });
    const anything = fc.record(
      {
        memory: part("limit", "swap", "reservation", "swappiness"),
        cpu: part("shares", "quota", "period", "burst", "idle", "cpus"),
        pids: part("limit"),
        blockIO: part("weight", "leafWeight", "weightDevice"),
        unified: part("memory.high", "../x", "cgroup.procs"),
        devices: value,
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(anything, (given) => {
        const resources = given as Resources;
        const refused = codeOf(() => {
          checkResources(resources);
        });
        expect([undefined, "TypeError", "RangeError"]).toContain(refused);
        if (refused !== undefined) return;
        for (const plan of [planV1, planV2])
          expect([undefined, "ERR_CGROUP_UNSUPPORTED", "RangeError"]).toContain(
            codeOf(() => plan(resources)),
          );
      }),
    );
  });
});
