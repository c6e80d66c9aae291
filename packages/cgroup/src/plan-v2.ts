import { checkResources } from "./check-resources.ts";
import {
  controlWrite,
  controllerOf,
  type ControlBatch,
} from "./control-write.ts";
import {
  cpuMax,
  cpuWeight,
  ioWeight,
  limitOrMax,
  swapMax,
} from "./conversions.ts";
import { CgroupError } from "./error.ts";
import { one, rdmaBatches } from "./plan-v1.ts";
import type {
  BlockIoResources,
  CpuResources,
  MemoryResources,
  Resources,
} from "./resources.ts";

/**
 * What to write, and in which order, to set these limits on cgroup v2; devices apart. Pure: nothing is read.
 * @throws {TypeError | RangeError} as {@link checkResources}; also for a limit on swap without one on memory.
 * @throws {CgroupError} `ERR_CGROUP_UNSUPPORTED` for what only v1 has.
 */
export function planV2(resources: Resources): ControlBatch[] {
  checkResources(resources);
  refuseV1Only(resources);
  const { memory = {}, cpu = {}, blockIO = {}, pids = {} } = resources;
  return [
    ...memoryBatches(memory),
    ...cpuBatches(cpu),
    ...(pids.limit === undefined
      ? []
      : one("pids.limit", "pids.max", limitOrMax(pids.limit))),
    ...weightBatches(blockIO),
    ...throttleBatches(blockIO),
    ...(resources.hugepageLimits ?? []).flatMap(({ pageSize, limit }) =>
      hugepages(pageSize, limitOrMax(limit)),
    ),
    ...rdmaBatches(resources.rdma),
    // last: who names a file means it
    ...Object.entries(resources.unified ?? {}).map(([file, value]) => ({
      writes: [controlWrite(`unified ${JSON.stringify(file)}`, file, value)],
    })),
  ];
}

function refuseV1Only({
  memory = {},
  cpu = {},
  blockIO = {},
  network = {},
}: Resources): void {
  const given: readonly (readonly [string, boolean, string])[] = [
    [
      "memory.kernel",
      (memory.kernel ?? 0) !== 0,
      "memory.limit includes the kernel's memory",
    ],
    [
      "memory.kernelTCP",
      (memory.kernelTCP ?? 0) !== 0,
      "memory.limit includes TCP buffers",
    ],
    [
      "memory.swappiness",
      memory.swappiness !== undefined,
      "leave it out; memory.swap limits swap",
    ],
    [
      "memory.disableOOMKiller",
      memory.disableOOMKiller === true,
      "leave it out; unified 'memory.high' slows processes down before a limit is reached",
    ],
    [
      "memory.useHierarchy",
      memory.useHierarchy === false,
      "leave it out; limits always include children",
    ],
    ["cpu.realtimeRuntime", (cpu.realtimeRuntime ?? 0) !== 0, "leave it out"],
    ["cpu.realtimePeriod", (cpu.realtimePeriod ?? 0) !== 0, "leave it out"],
    ["blockIO.leafWeight", hasLeafWeight(blockIO), "leave it out"],
    [
      "network.classID",
      network.classID !== undefined,
      "match the cgroup's path instead: nft socket cgroupv2, or BPF",
    ],
    [
      "network.priorities",
      (network.priorities ?? []).length > 0,
      "match the cgroup's path instead: nft socket cgroupv2, or BPF",
    ],
  ];
  for (const [resource, isGiven, hint] of given) {
    if (!isGiven) continue;
    throw new CgroupError(
      "ERR_CGROUP_UNSUPPORTED",
      `cannot set ${resource}: cgroup v2 has nothing of the kind`,
      { resource, hint },
    );
  }
}

function hasLeafWeight({
  leafWeight = 0,
  weightDevice = [],
}: BlockIoResources): boolean {
  return (
    leafWeight !== 0 ||
    weightDevice.some((each) => (each.leafWeight ?? 0) !== 0)
  );
}

function memoryBatches(memory: MemoryResources): ControlBatch[] {
  const { limit = 0, reservation = 0 } = memory;
  return [
    // before memory.max: what no longer fits in memory may go there
    ...one("memory.swap", "memory.swap.max", swapMax(memory)),
    ...(limit === 0
      ? []
      : one("memory.limit", "memory.max", limitOrMax(limit))),
    ...(reservation === 0
      ? []
      : one("memory.reservation", "memory.low", limitOrMax(reservation))),
  ];
}

function cpuBatches(cpu: CpuResources): ControlBatch[] {
  const { shares = 0, quota = 0, period = 0 } = cpu;
  const writes = [
    ...(quota === 0 && period === 0
      ? []
      : [
          {
            ...controlWrite(
              quota === 0 ? "cpu.period" : "cpu.quota",
              "cpu.max",
              cpuMax(cpu),
            ),
            ...(quota === 0 && { keepFirstWord: true }),
          },
        ]),
    ...(cpu.burst === undefined
      ? []
      : [controlWrite("cpu.burst", "cpu.max.burst", String(cpu.burst))]),
  ];
  return [
    // before the weight, which an idle cgroup takes from nobody
    ...one("cpu.idle", "cpu.idle", cpu.idle),
    ...(shares === 0 ? [] : one("cpu.shares", "cpu.weight", cpuWeight(shares))),
    ...(writes.length === 0 ? [] : [{ writes }]),
    ...one("cpu.cpus", "cpuset.cpus", cpu.cpus || undefined),
    ...one("cpu.mems", "cpuset.mems", cpu.mems || undefined),
  ];
}

function weightBatches({
  weight = 0,
  weightDevice = [],
}: BlockIoResources): ControlBatch[] {
  const devices = weightDevice
    .filter((device) => (device.weight ?? 0) !== 0)
    .map((device) => ({
      resource: "blockIO.weightDevice",
      at: `${String(device.major)}:${String(device.minor)}`,
      weight: device.weight ?? 0,
    }));
  const all =
    weight === 0 ? [] : [{ resource: "blockIO.weight", at: "default", weight }];
  return [...all, ...devices].map(({ resource, at, weight: its }) => ({
    writes: [
      {
        resource,
        controller: "io",
        // BFQ's goes to 1000 as v1's did; io.weight of iocost goes to 10000
        choices: [
          {
            file: "io.bfq.weight",
            value: at === "default" ? String(its) : `${at} ${String(its)}`,
          },
          { file: "io.weight", value: `${at} ${String(ioWeight(its))}` },
        ],
      },
    ],
  }));
}

function throttleBatches(blockIO: BlockIoResources): ControlBatch[] {
  const keys = [
    ["throttleReadBpsDevice", "rbps"],
    ["throttleWriteBpsDevice", "wbps"],
    ["throttleReadIOPSDevice", "riops"],
    ["throttleWriteIOPSDevice", "wiops"],
  ] as const;
  return keys.flatMap(([key, name]) =>
    (blockIO[key] ?? []).flatMap(({ major, minor, rate }) =>
      one(
        `blockIO.${key}`,
        "io.max",
        // 0 was no limit on v1; io.max refuses it
        `${String(major)}:${String(minor)} ${name}=${rate === 0 ? "max" : String(rate)}`,
      ),
    ),
  );
}

function hugepages(pageSize: string, value: string): ControlBatch[] {
  const resource = `hugepageLimits ${pageSize}`;
  const write = controlWrite(resource, `hugetlb.${pageSize}.max`, value);
  const reserved = controlWrite(
    resource,
    `hugetlb.${pageSize}.rsvd.max`,
    value,
  );
  return [{ writes: [write] }, { writes: [{ ...reserved, ifPresent: true }] }];
}

/** The controllers that a plan needs; cgroup.max.depth and its like need none. */
export function controllersOf(batches: readonly ControlBatch[]): string[] {
  const files = batches.flatMap(({ writes }) =>
    writes.flatMap(({ choices }) => choices.map(({ file }) => file)),
  );
  return [...new Set(files.map(controllerOf))].filter(
    (controller) => controller !== "cgroup",
  );
}
