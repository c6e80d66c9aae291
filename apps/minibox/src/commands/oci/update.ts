import { readFileSync } from "node:fs";
import { parseResources, validateResources } from "@ns/oci";
import type { Resources } from "@ns/cgroup";
import { resourcesOf } from "../../oci/cgroup.ts";
import type { Runtime } from "../../oci/runtime.ts";
import { idOf, type OciCommand } from "./command.ts";
import { type FlagTable, numberOf, type ParsedFlags, usage } from "./flags.ts";
import { existingCgroup } from "./processes.ts";

const FLAGS = {
  "r|resources": [
    "value",
    "file of the limits in JSON, as linux.resources has them; -: stdin",
  ],
  "blkio-weight": ["value", "weight of its input and output, 10 to 1000"],
  "cpu-period": ["value", "period of the CPU limit, in microseconds"],
  "cpu-quota": ["value", "CPU time in each period, in microseconds"],
  "cpu-burst": ["value", "CPU time that may be used later, in microseconds"],
  "cpu-share": ["value", "share of CPU time, relative to other containers"],
  "cpu-rt-period": ["value", "the same period, of realtime processes"],
  "cpu-rt-runtime": ["value", "the same time, of realtime processes"],
  "cpuset-cpus": ["value", "CPUs that it may use"],
  "cpuset-mems": ["value", "memory nodes that it may use"],
  "cpu-idle": ["value", "1: run when nothing else does"],
  memory: ["value", "limit of memory, in bytes"],
  "memory-reservation": [
    "value",
    "memory that it keeps when there is little, in bytes",
  ],
  "kernel-memory": ["value", "has no effect any more"],
  "kernel-memory-tcp": ["value", "has no effect any more"],
  "memory-swap": ["value", "limit of memory and swap, in bytes; -1: none"],
  "pids-limit": ["value", "limit of processes; -1: none"],
  "l3-cache-schema": ["value", "not supported: resctrl is not used"],
  "mem-bw-schema": ["value", "not supported: resctrl is not used"],
} as const satisfies FlagTable;

/** `minibox update`. */
export const update: OciCommand = {
  words: "ID",
  about: "change the limits of a container",
  flags: FLAGS,
  count: [1, 1],
  run: updateLimits,
};

async function updateLimits(
  runtime: Runtime,
  flags: ParsedFlags,
): Promise<number> {
  const [id] = idOf(flags);
  for (const name of ["l3-cache-schema", "mem-bw-schema"])
    if (flags.value(name) !== undefined)
      throw usage(`--${name}: resctrl is not used`);
  const cgroup = await existingCgroup(runtime, id);
  const file = flags.value("resources");
  await cgroup.set(file === undefined ? fromFlags(flags) : fromFile(file));
  return 0;
}

function fromFile(file: string): Resources {
  const resources = parseResources(readFileSync(file === "-" ? 0 : file));
  validateResources(resources);
  return resourcesOf(resources);
}

function fromFlags(flags: ParsedFlags): Resources {
  const number = (name: string) => numberOf(flags, name);
  const weight = number("blkio-weight");
  const pids = number("pids-limit");
  return {
    memory: {
      limit: bytesOf(flags, "memory"),
      reservation: bytesOf(flags, "memory-reservation"),
      swap: bytesOf(flags, "memory-swap"),
    },
    cpu: {
      shares: number("cpu-share"),
      quota: number("cpu-quota"),
      burst: number("cpu-burst"),
      period: number("cpu-period"),
      realtimePeriod: number("cpu-rt-period"),
      realtimeRuntime: number("cpu-rt-runtime"),
      cpus: flags.value("cpuset-cpus"),
      mems: flags.value("cpuset-mems"),
      idle: number("cpu-idle"),
    },
    ...(weight !== undefined && { blockIO: { weight } }),
    ...(pids !== undefined && { pids: { limit: pids } }),
  };
}

const UNITS = ["", "k", "m", "g", "t", "p"];

/** Bytes, as `64m`, `64MiB` or `1.5g`; -1 is no limit. */
function bytesOf(flags: ParsedFlags, name: string): number | undefined {
  const text = flags.value(name);
  if (text === undefined) return undefined;
  if (text === "-1") return -1;
  const match = /^(\d+(?:\.\d+)?) ?([kmgtp]?)i?b?$/i.exec(text);
  if (match === null)
    throw usage(
      `invalid value for ${name}: invalid size: '${text}'`,
      "a number of bytes, or one with k, m, g or t",
    );
  const [, digits = "", unit = ""] = match;
  const power = UNITS.indexOf(unit.toLowerCase());
  return Math.floor(Number(digits) * 1024 ** power);
}
