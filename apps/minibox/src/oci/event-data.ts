import type { CgroupStats } from "@ns/cgroup";
import { readV1Data } from "./event-data-v1.ts";

/** What a cgroup of version 2 has for a limit where there is none; of version 1 in `event-data-v1.ts`. */
const NO_LIMIT = 2n ** 64n - 1n;

/**
 * Statistics in the shape of runc's events, which engines parse. As in Go, what is zero is left out of many. What only
 * version 1 of cgroups has is read from its files.
 */
export function eventData(
  stats: CgroupStats,
  directories: Readonly<Record<string, string>>,
): unknown {
  const { cpu, pids, hugetlb = {} } = stats;
  const v1 = readV1Data(directories);
  const ns = (us = 0): number => us * 1000;
  return {
    cpu: {
      usage: {
        total: ns(cpu?.usageUs),
        ...v1.perCpu,
        kernel: ns(cpu?.systemUs),
        user: ns(cpu?.userUs),
      },
      throttling: notZero({
        periods: cpu?.periods,
        throttledPeriods: cpu?.throttledPeriods,
        throttledTime: ns(cpu?.throttledUs),
      }),
    },
    cpuset: v1.cpuset,
    memory: { ...memoryData(stats), ...v1.memory },
    pids: notZero({ current: pids?.current, limit: pids?.limit }),
    blkio: ioData(stats),
    hugetlb: Object.fromEntries(
      Object.entries(hugetlb).map(([size, { usageBytes, ...rest }]) => [
        size,
        {
          ...notZero({ usage: usageBytes, max: rest.maxUsageBytes }),
          failcnt: rest.limitHits,
        },
      ]),
    ),
    intel_rdt: {},
    network_interfaces: null,
  };
}

function memoryData({ memory }: CgroupStats): object {
  const { usageBytes = 0, swapUsageBytes = 0, stat = {} } = memory ?? {};
  const { limitBytes, swapLimitBytes, limitHits: failcnt = 0 } = memory ?? {};
  const swapLimit =
    limitBytes === undefined || swapLimitBytes === undefined
      ? NO_LIMIT
      : limitBytes + swapLimitBytes;
  return {
    ...notZero({ cache: stat["cache"] ?? stat["file"] }),
    usage: {
      limit: limitBytes ?? NO_LIMIT,
      ...notZero({ usage: usageBytes, max: memory?.maxUsageBytes }),
      failcnt,
    },
    // with that of memory
    swap: {
      limit: swapLimit,
      ...notZero({ usage: usageBytes + swapUsageBytes }),
      failcnt: 0,
    },
    raw: stat,
  };
}

function ioData({ io }: CgroupStats): object {
  const devices = io?.devices ?? [];
  const entries = (
    read: "readBytes" | "reads",
    write: "writeBytes" | "writes",
  ) =>
    devices.flatMap(({ major, minor, ...counts }) => [
      { major, minor, op: "Read", value: counts[read] },
      { major, minor, op: "Write", value: counts[write] },
    ]);
  if (devices.length === 0) return {};
  return {
    ioServiceBytesRecursive: entries("readBytes", "writeBytes"),
    ioServicedRecursive: entries("reads", "writes"),
  };
}

/** Without what is zero or not known. */
export function notZero(
  values: Readonly<Record<string, number | bigint | undefined>>,
): Record<string, number | bigint> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      value === undefined || Number(value) === 0 ? [] : [[name, value]],
    ),
  );
}

/** JSON on one line, with bigints as the numbers they are. */
export function formatEvent(event: unknown): string {
  const text = JSON.stringify(event, (_name, value: unknown) =>
    typeof value === "bigint" ? `\0${value}` : value,
  );
  return `${text.replaceAll(/"\\u0000(\d+)"/g, "$1")}\n`;
}
