import type { DirectoryOf } from "./apply.ts";
import type { CgroupDirectory } from "./directory.ts";
import { parseFlat, parseNested, parseValue } from "./keyed.ts";
import {
  type CgroupStats,
  type CpuStats,
  type HugetlbStats,
  type IoDeviceStats,
  type IoStats,
  limitOf,
  type MemoryStats,
  type PidsStats,
  present,
} from "./stats.ts";
import { pageSizes, parsed, readPressure } from "./stats-v2.ts";

/** Reads the statistics of a cgroup of v1, each part from its hierarchy; "unified" is the v2 tree beside them. */
export function readStatsV1(directoryOf: DirectoryOf): CgroupStats {
  const of = <T>(
    controller: string,
    read: (directory: CgroupDirectory) => T,
  ): T | undefined => {
    const directory = directoryOf(controller);
    return directory === undefined ? undefined : read(directory);
  };
  const cpuStat = of("cpu", (directory) =>
    parseFlat(directory.read("cpu.stat")),
  );
  return present<CgroupStats>({
    cpu: of("cpuacct", (directory) => cpuStats(directory, cpuStat ?? {})),
    memory: of("memory", memoryStats),
    io: of("blkio", ioStats),
    pids: of("pids", pidsStats),
    hugetlb: of("hugetlb", hugetlbStats),
    rdma: of("rdma", (directory) =>
      parsed(directory.readIfPresent("rdma.current"), parseNested),
    ),
    pressure: of("unified", readPressure),
  });
}

const NS_PER_US = 1000;

function cpuStats(
  directory: CgroupDirectory,
  throttling: Readonly<Record<string, number>>,
): CpuStats {
  const us = (file: string): number =>
    Math.floor(parseValue(directory.read(file)) / NS_PER_US);
  const throttledNs = throttling["throttled_time"];
  return present<CpuStats>({
    usageUs: us("cpuacct.usage"),
    // Linux 4.6
    userUs: us("cpuacct.usage_user"),
    systemUs: us("cpuacct.usage_sys"),
    periods: throttling["nr_periods"],
    throttledPeriods: throttling["nr_throttled"],
    throttledUs:
      throttledNs === undefined
        ? undefined
        : Math.floor(throttledNs / NS_PER_US),
  });
}

function memoryStats(directory: CgroupDirectory): MemoryStats {
  const bytes = (file: string): number | undefined =>
    parsed(directory.readIfPresent(`memory.${file}`), parseBytes);
  const usageBytes = bytes("usage_in_bytes") ?? 0;
  const limit = bytes("limit_in_bytes");
  const both = bytes("memsw.usage_in_bytes");
  const bothLimit = bytes("memsw.limit_in_bytes");
  const oom = parseFlat(directory.readIfPresent("memory.oom_control") ?? "");
  return present<MemoryStats>({
    usageBytes,
    maxUsageBytes: bytes("max_usage_in_bytes"),
    limitBytes: limitOf(limit),
    // two counters, read one after the other
    swapUsageBytes:
      both === undefined ? undefined : Math.max(0, both - usageBytes),
    swapLimitBytes:
      bothLimit === undefined || bothLimit === Infinity || limit === undefined
        ? undefined
        : bothLimit - limit,
    // with both limits the same, it is the sum of memory and swap that counts
    limitHits: (bytes("failcnt") ?? 0) + (bytes("memsw.failcnt") ?? 0),
    oomKills: oom["oom_kill"],
    stat: parseFlat(directory.read("memory.stat")),
  });
}

/** PAGE_COUNTER_MAX in bytes, for pages of 4 KiB and of 64 KiB: v1's way to write "no limit". */
const UNLIMITED = 2 ** 63 - 2 ** 16;

/** A number of bytes of v1; no limit is Infinity. */
export function parseBytes(text: string): number {
  const bytes = parseValue(text);
  return bytes >= UNLIMITED ? Infinity : bytes;
}

function ioStats(directory: CgroupDirectory): IoStats {
  const read = (what: string): string =>
    // BFQ's own where it is in use, else what passes the throttle
    [
      `blkio.bfq.${what}_recursive`,
      `blkio.throttle.${what}_recursive`,
      `blkio.throttle.${what}`,
    ]
      .map((file) => directory.readIfPresent(file))
      .find((text) => text !== undefined && parseBlkio(text).size > 0) ?? "";
  const bytes = parseBlkio(read("io_service_bytes"));
  const count = parseBlkio(read("io_serviced"));
  const devices = [...new Set([...bytes.keys(), ...count.keys()])].map(
    (device): IoDeviceStats => {
      const [major = "", minor = ""] = device.split(":");
      const of = (table: Blkio, operation: string): number =>
        table.get(device)?.[operation] ?? 0;
      return {
        major: Number(major),
        minor: Number(minor),
        readBytes: of(bytes, "Read"),
        writeBytes: of(bytes, "Write"),
        reads: of(count, "Read"),
        writes: of(count, "Write"),
        discardBytes: of(bytes, "Discard"),
        discards: of(count, "Discard"),
      };
    },
  );
  return { devices };
}

type Blkio = ReadonlyMap<string, Readonly<Record<string, number>>>;

/** Parses a blkio file of `MAJOR:MINOR OPERATION VALUE` lines, with a `Total VALUE` at the end. */
export function parseBlkio(text: string): Blkio {
  const table = new Map<string, Record<string, number>>();
  for (const line of text.split("\n")) {
    const [device, operation, value] = line.split(" ");
    if (device === undefined || operation === undefined || value === undefined)
      continue;
    const counters = table.get(device) ?? {};
    counters[operation] = parseValue(value);
    table.set(device, counters);
  }
  return table;
}

function pidsStats(directory: CgroupDirectory): PidsStats | undefined {
  const current = parsed(directory.readIfPresent("pids.current"), parseValue);
  // the root counts none
  if (current === undefined) return undefined;
  return present<PidsStats>({
    current,
    limit: limitOf(parseValue(directory.read("pids.max"))),
    limitHits: parseFlat(directory.readIfPresent("pids.events") ?? "")["max"],
  });
}

function hugetlbStats(directory: CgroupDirectory): CgroupStats["hugetlb"] {
  const name = /^hugetlb\.(?<size>\w+)\.usage_in_bytes$/;
  const entries = pageSizes(directory, name).map(
    (size): [string, HugetlbStats] => {
      const of = (what: string): number =>
        parseValue(directory.read(`hugetlb.${size}.${what}`));
      return [
        size,
        {
          usageBytes: of("usage_in_bytes"),
          maxUsageBytes: of("max_usage_in_bytes"),
          limitHits: of("failcnt"),
        },
      ];
    },
  );
  return Object.fromEntries(entries);
}
