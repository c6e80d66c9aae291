import type { CgroupStats } from "@ns/cgroup";

/** Statistics in the shape of runc's events, which engines parse. */
export function eventData(stats: CgroupStats): unknown {
  const { cpu, memory, pids, io, hugetlb = {} } = stats;
  const ns = (us = 0): number => us * 1000;
  return {
    cpu: {
      usage: {
        total: ns(cpu?.usageUs),
        kernel: ns(cpu?.systemUs),
        user: ns(cpu?.userUs),
      },
      throttling: {
        ...(cpu?.periods !== undefined && { periods: cpu.periods }),
        ...(cpu?.throttledPeriods !== undefined && {
          throttledPeriods: cpu.throttledPeriods,
        }),
        ...(cpu?.throttledUs !== undefined && {
          throttledTime: ns(cpu.throttledUs),
        }),
      },
    },
    cpuset: {},
    memory: {
      usage: {
        limit: memory?.limitBytes ?? Number.MAX_SAFE_INTEGER,
        usage: memory?.usageBytes ?? 0,
        max: memory?.maxUsageBytes ?? 0,
        failcnt: memory?.limitHits ?? 0,
      },
      swap: {
        limit: memory?.swapLimitBytes ?? 0,
        usage: memory?.swapUsageBytes ?? 0,
        failcnt: 0,
      },
      raw: memory?.stat ?? {},
    },
    pids: {
      current: pids?.current ?? 0,
      ...(pids?.limit !== undefined && { limit: pids.limit }),
    },
    blkio: {
      ioServiceBytesRecursive: (io?.devices ?? []).flatMap(
        ({ major, minor, readBytes, writeBytes }) => [
          { major, minor, op: "read", value: readBytes },
          { major, minor, op: "write", value: writeBytes },
        ],
      ),
    },
    hugetlb,
    intel_rdt: {},
  };
}
