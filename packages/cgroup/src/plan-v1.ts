import { checkResources } from "./check-resources.ts";
import {
  controlWrite,
  type ControlBatch,
  type ControlWrite,
} from "./control-write.ts";
import { CgroupError } from "./error.ts";
import type {
  BlockIoResources,
  CpuResources,
  MemoryResources,
  Resources,
} from "./resources.ts";

/**
 * What to write, and in which order, to set these limits on cgroup v1; devices apart. Pure: nothing is read.
 * @throws {TypeError | RangeError} as {@link checkResources}.
 * @throws {CgroupError} `ERR_CGROUP_UNSUPPORTED` for `unified`, which is v2's.
 */
export function planV1(resources: Resources): ControlBatch[] {
  checkResources(resources);
  refuseUnified(resources.unified);
  const { memory = {}, cpu = {}, blockIO = {}, network = {} } = resources;
  return [
    ...memoryBatches(memory),
    ...cpuBatches(cpu),
    ...pids(resources.pids?.limit),
    ...blockIoBatches(blockIO),
    ...(resources.hugepageLimits ?? []).flatMap(({ pageSize, limit }) =>
      hugepages(pageSize, limit),
    ),
    ...one("network.classID", "net_cls.classid", network.classID),
    ...(network.priorities ?? []).flatMap(({ name, priority }) =>
      one(
        "network.priorities",
        "net_prio.ifpriomap",
        `${name} ${String(priority)}`,
      ),
    ),
    ...rdmaBatches(resources.rdma),
  ];
}

function refuseUnified(unified: Resources["unified"] = {}): void {
  const [key] = Object.keys(unified);
  if (key === undefined) return;
  throw new CgroupError(
    "ERR_CGROUP_UNSUPPORTED",
    `cannot set unified ${JSON.stringify(key)}: this machine has its controllers on cgroup v1, which has no such file`,
    {
      resource: `unified ${JSON.stringify(key)}`,
      controller: key.slice(0, key.indexOf(".")),
      hint: "boot with cgroup v2 (systemd.unified_cgroup_hierarchy=1), or give the limit by its OCI name",
    },
  );
}

function memoryBatches(memory: MemoryResources): ControlBatch[] {
  const { limit = 0, swap = 0, reservation = 0, kernel = 0 } = memory;
  // as the kernel had it before there was a limit on swap: unlimited memory is unlimited swap
  const swapLimit = limit < 0 && swap === 0 ? -1 : swap;
  const limits = [
    ...write("memory.limit", "memory.limit_in_bytes", unlessZero(limit)),
    ...write(
      "memory.swap",
      "memory.memsw.limit_in_bytes",
      unlessZero(swapLimit),
    ),
  ];
  return [
    ...one(
      "memory.useHierarchy",
      "memory.use_hierarchy",
      flag(memory.useHierarchy),
    ),
    ...batch(limits),
    ...one(
      "memory.reservation",
      "memory.soft_limit_in_bytes",
      unlessZero(reservation),
    ),
    ...one("memory.kernel", "memory.kmem.limit_in_bytes", unlessZero(kernel)),
    ...one(
      "memory.kernelTCP",
      "memory.kmem.tcp.limit_in_bytes",
      unlessZero(memory.kernelTCP),
    ),
    ...one("memory.swappiness", "memory.swappiness", memory.swappiness),
    ...one(
      "memory.disableOOMKiller",
      "memory.oom_control",
      flag(memory.disableOOMKiller),
    ),
  ];
}

function cpuBatches(cpu: CpuResources): ControlBatch[] {
  return [
    ...one("cpu.idle", "cpu.idle", cpu.idle),
    ...one("cpu.shares", "cpu.shares", unlessZero(cpu.shares)),
    ...batch([
      ...write(
        "cpu.realtimePeriod",
        "cpu.rt_period_us",
        unlessZero(cpu.realtimePeriod),
      ),
      ...write("cpu.realtimeRuntime", "cpu.rt_runtime_us", cpu.realtimeRuntime),
    ]),
    ...batch([
      ...write("cpu.period", "cpu.cfs_period_us", unlessZero(cpu.period)),
      ...write("cpu.quota", "cpu.cfs_quota_us", unlessZero(cpu.quota)),
      ...write("cpu.burst", "cpu.cfs_burst_us", cpu.burst),
    ]),
    ...one("cpu.cpus", "cpuset.cpus", cpu.cpus || undefined),
    ...one("cpu.mems", "cpuset.mems", cpu.mems || undefined),
  ];
}

function pids(limit: number | undefined): ControlBatch[] {
  if (limit === undefined) return [];
  return one("pids.limit", "pids.max", limit < 0 ? "max" : limit);
}

function blockIoBatches(blockIO: BlockIoResources): ControlBatch[] {
  const { weight = 0, leafWeight = 0 } = blockIO;
  const throttles = [
    ["throttleReadBpsDevice", "read_bps_device"],
    ["throttleWriteBpsDevice", "write_bps_device"],
    ["throttleReadIOPSDevice", "read_iops_device"],
    ["throttleWriteIOPSDevice", "write_iops_device"],
  ] as const;
  return [
    ...(weight === 0
      ? []
      : [weightWrite("blockIO.weight", "weight", String(weight))]),
    ...one("blockIO.leafWeight", "blkio.leaf_weight", unlessZero(leafWeight)),
    ...(blockIO.weightDevice ?? []).flatMap((device) => {
      const at = `${String(device.major)}:${String(device.minor)}`;
      const its = device.weight ?? 0;
      const leaf = device.leafWeight ?? 0;
      const name = "blockIO.weightDevice";
      return [
        ...(its === 0
          ? []
          : [weightWrite(name, "weight_device", `${at} ${String(its)}`)]),
        ...(leaf === 0
          ? []
          : one(name, "blkio.leaf_weight_device", `${at} ${String(leaf)}`)),
      ];
    }),
    ...throttles.flatMap(([key, file]) =>
      (blockIO[key] ?? []).flatMap(({ major, minor, rate }) =>
        one(
          `blockIO.${key}`,
          `blkio.throttle.${file}`,
          `${String(major)}:${String(minor)} ${String(rate)}`,
        ),
      ),
    ),
  ];
}

/** CFQ's file until Linux 5.0, BFQ's after. */
function weightWrite(
  resource: string,
  file: string,
  value: string,
): ControlBatch {
  const choices = [
    { file: `blkio.${file}`, value },
    { file: `blkio.bfq.${file}`, value },
  ];
  return { writes: [{ resource, controller: "blkio", choices }] };
}

function hugepages(pageSize: string, limit: number): ControlBatch[] {
  const resource = `hugepageLimits ${pageSize}`;
  const file = (middle: string): string =>
    `hugetlb.${pageSize}.${middle}limit_in_bytes`;
  const write = controlWrite(resource, file(""), String(limit));
  // what is reserved counts apart since Linux 5.7
  const reserved = controlWrite(resource, file("rsvd."), String(limit));
  return [{ writes: [write] }, { writes: [{ ...reserved, ifPresent: true }] }];
}

/** The same on both versions. */
export function rdmaBatches(rdma: Resources["rdma"] = {}): ControlBatch[] {
  return Object.entries(rdma).flatMap(([device, limit]) => {
    const { hcaHandles, hcaObjects } = limit;
    const parts = [
      ...(hcaHandles === undefined ? [] : [`hca_handle=${String(hcaHandles)}`]),
      ...(hcaObjects === undefined ? [] : [`hca_object=${String(hcaObjects)}`]),
    ];
    if (parts.length === 0) return [];
    return one(`rdma ${device}`, "rdma.max", [device, ...parts].join(" "));
  });
}

/** A batch of one write, or of none if there is nothing to write. */
export function one(
  resource: string,
  file: string,
  value: number | string | undefined,
): ControlBatch[] {
  return batch(write(resource, file, value));
}

function write(
  resource: string,
  file: string,
  value: number | string | undefined,
): ControlWrite[] {
  return value === undefined
    ? []
    : [controlWrite(resource, file, String(value))];
}

function batch(writes: readonly ControlWrite[]): ControlBatch[] {
  return writes.length === 0 ? [] : [{ writes }];
}

function flag(value: boolean | undefined): number | undefined {
  return value === undefined ? undefined : Number(value);
}

function unlessZero(value: number | undefined): number | undefined {
  return value === 0 ? undefined : value;
}
