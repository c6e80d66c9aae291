import type { CgroupDirectory } from "./directory.ts";
import { parseFlat, parseNested, parseValue } from "./keyed.ts";
import { parsePressure, type Pressure } from "./pressure.ts";
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
  type PressureStats,
} from "./stats.ts";

/** Reads the statistics of a cgroup of v2. */
export function readStatsV2(directory: CgroupDirectory): CgroupStats {
  const read = (file: string): string | undefined =>
    directory.readIfPresent(file);
  return present<CgroupStats>({
    cpu: parsed(read("cpu.stat"), parseCpuStat),
    memory: memoryStats(read),
    io: parsed(read("io.stat"), parseIoStat),
    pids: pidsStats(read),
    hugetlb: hugetlbStats(directory),
    rdma: parsed(read("rdma.current"), parseNested),
    pressure: readPressure(directory),
  });
}

/** Parses a cpu.stat, which is there with or without the controller. */
export function parseCpuStat(text: string): CpuStats {
  const stat = parseFlat(text);
  return present<CpuStats>({
    usageUs: stat["usage_usec"] ?? 0,
    userUs: stat["user_usec"] ?? 0,
    systemUs: stat["system_usec"] ?? 0,
    periods: stat["nr_periods"],
    throttledPeriods: stat["nr_throttled"],
    throttledUs: stat["throttled_usec"],
  });
}

/** Parses an io.stat. */
export function parseIoStat(text: string): IoStats {
  const devices = Object.entries(parseNested(text)).map(
    ([device, counters]): IoDeviceStats => {
      const [major = "", minor = ""] = device.split(":");
      return {
        major: Number(major),
        minor: Number(minor),
        readBytes: counters["rbytes"] ?? 0,
        writeBytes: counters["wbytes"] ?? 0,
        reads: counters["rios"] ?? 0,
        writes: counters["wios"] ?? 0,
        discardBytes: counters["dbytes"] ?? 0,
        discards: counters["dios"] ?? 0,
      };
    },
  );
  return { devices };
}

type Read = (file: string) => string | undefined;

function memoryStats(read: Read): MemoryStats | undefined {
  const usage = parsed(read("memory.current"), parseValue);
  // the root has a memory.stat, and nothing else
  if (usage === undefined) return undefined;
  const events = parsed(read("memory.events"), parseFlat) ?? {};
  return present<MemoryStats>({
    usageBytes: usage,
    maxUsageBytes: parsed(read("memory.peak"), parseValue),
    limitBytes: limitOf(parsed(read("memory.max"), parseValue)),
    swapUsageBytes: parsed(read("memory.swap.current"), parseValue),
    swapLimitBytes: limitOf(parsed(read("memory.swap.max"), parseValue)),
    limitHits: events["max"] ?? 0,
    oomKills: events["oom_kill"],
    stat: parsed(read("memory.stat"), parseFlat) ?? {},
  });
}

function pidsStats(read: Read): PidsStats | undefined {
  const current = parsed(read("pids.current"), parseValue);
  if (current === undefined) return undefined;
  return present<PidsStats>({
    current,
    limit: limitOf(parsed(read("pids.max"), parseValue)),
    limitHits: parsed(read("pids.events"), parseFlat)?.["max"],
  });
}

function hugetlbStats(directory: CgroupDirectory): CgroupStats["hugetlb"] {
  const sizes = pageSizes(directory, /^hugetlb\.(?<size>\w+)\.current$/);
  if (sizes.length === 0) return undefined;
  const entries = sizes.map((size): [string, HugetlbStats] => {
    const events = parseFlat(directory.read(`hugetlb.${size}.events`));
    const usageBytes = parseValue(directory.read(`hugetlb.${size}.current`));
    return [size, { usageBytes, limitHits: events["max"] ?? 0 }];
  });
  return Object.fromEntries(entries);
}

/** The huge page sizes that a cgroup counts, by the names of its files. */
export function pageSizes(directory: CgroupDirectory, name: RegExp): string[] {
  return directory
    .files()
    .flatMap((file) => name.exec(file)?.groups?.["size"] ?? []);
}

/** Reads the *.pressure files, if there are any. */
export function readPressure(
  directory: CgroupDirectory,
): PressureStats | undefined {
  const of = (resource: string): Pressure | undefined =>
    parsed(
      directory.readIfPresent(`${resource}.pressure`) || undefined,
      parsePressure,
    );
  const pressure = present<PressureStats>({
    cpu: of("cpu"),
    memory: of("memory"),
    io: of("io"),
  });
  return Object.keys(pressure).length === 0 ? undefined : pressure;
}

/** What a text says, if there is one. */
export function parsed<T>(
  text: string | undefined,
  parse: (text: string) => T,
): T | undefined {
  return text === undefined ? undefined : parse(text);
}
