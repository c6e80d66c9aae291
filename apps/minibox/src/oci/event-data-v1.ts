import { readFileSync } from "node:fs";
import { join } from "node:path";
import { notZero } from "./event-data.ts";

/** Statistics that only cgroups of version 1 have, in the shape of runc's events. */
export interface V1Data {
  readonly perCpu: object;
  readonly cpuset: object;
  readonly memory: object;
}

/** Reads them from the cgroup's directories, by controller; nothing of version 2. */
export function readV1Data(
  directories: Readonly<Record<string, string>>,
): V1Data {
  const file = (controller: string, name: string): string | undefined => {
    const directory = directories[controller];
    return directory === undefined
      ? undefined
      : readIfThere(join(directory, name));
  };
  return {
    perCpu: perCpu(
      file("cpuacct", "cpuacct.usage_percpu"),
      file("cpuacct", "cpuacct.usage_all"),
    ),
    cpuset: cpuset((name) => file("cpuset", `cpuset.${name}`)),
    memory: memory((name) => file("memory", `memory.${name}`)),
  };
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    // another kernel, or a cgroup that has just been removed
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENODEV") return undefined;
    throw error;
  }
}

function perCpu(usage: string | undefined, all: string | undefined): object {
  if (usage === undefined || all === undefined) return {};
  const [, ...rows] = all.split("\n").map((line) => line.split(" "));
  const column = (at: number) => rows.map((row) => Number(row[at]));
  return {
    percpu: usage.split(" ").map(Number),
    percpu_kernel: column(2),
    percpu_user: column(1),
  };
}

const CPUSET_FLAGS = [
  ...["cpu_exclusive", "mem_hardwall", "mem_exclusive", "memory_migrate"],
  ...["memory_spread_page", "memory_spread_slab", "memory_pressure"],
  ...["sched_load_balance", "sched_relax_domain_level"],
] as const;

function cpuset(read: (name: string) => string | undefined): object {
  const cpus = read("cpus");
  if (cpus === undefined) return {};
  return {
    cpus: parseList(cpus),
    mems: parseList(read("mems") ?? ""),
    ...Object.fromEntries(
      CPUSET_FLAGS.map((name) => [name, Number(read(name) ?? 0)]),
    ),
  };
}

/** Numbers as `0-2,5`. */
function parseList(text: string): number[] {
  return text
    .split(",")
    .filter((part) => part !== "")
    .flatMap((part) => {
      const [from = 0, to = from] = part.split("-").map(Number);
      return Array.from({ length: to - from + 1 }, (_, i) => from + i);
    });
}

/** Each kind that is counted by itself; `swap` is memory and swap together. */
function memory(read: (name: string) => string | undefined): object {
  const kinds = { usage: "", swap: "memsw.", kernel: "kmem." } as const;
  const number = (name: string): bigint => BigInt(read(name) ?? 0);
  return Object.fromEntries(
    [...Object.entries(kinds), ["kernelTCP", "kmem.tcp."] as const].flatMap(
      ([kind, prefix]) => {
        const limit = read(`${prefix}limit_in_bytes`);
        if (limit === undefined) return [];
        const data = {
          limit: BigInt(limit),
          ...notZero({
            usage: number(`${prefix}usage_in_bytes`),
            max: number(`${prefix}max_usage_in_bytes`),
          }),
          failcnt: number(`${prefix}failcnt`),
        };
        return [[kind, data]];
      },
    ),
  );
}
