import { readFileSync } from "node:fs";
import { parseResources, validateResources } from "@ns/oci";
import type { Resources } from "@ns/cgroup";
import { resourcesOf } from "../../oci/cgroup.ts";
import {
  idOf,
  numberOf,
  type ParsedFlags,
  parseFlags,
  usage,
} from "./flags.ts";
import type { OciCommand } from "./main.ts";
import { existingCgroup } from "./processes.ts";

const FLAGS = {
  "r|resources": "value",
  "blkio-weight": "value",
  "cpu-period": "value",
  "cpu-quota": "value",
  "cpu-burst": "value",
  "cpu-share": "value",
  "cpu-rt-period": "value",
  "cpu-rt-runtime": "value",
  "cpuset-cpus": "value",
  "cpuset-mems": "value",
  "cpu-idle": "value",
  memory: "value",
  "memory-reservation": "value",
  "memory-swap": "value",
  "pids-limit": "value",
  "l3-cache-schema": "value",
  "mem-bw-schema": "value",
} as const;

/** `minibox update`. */
export const update: OciCommand = async (runtime, args) => {
  const flags = parseFlags(args, FLAGS);
  const [id] = idOf(flags, "update");
  for (const name of ["l3-cache-schema", "mem-bw-schema"])
    if (flags.value(name) !== undefined)
      throw usage(`--${name}: resctrl is not used`);
  const cgroup = await existingCgroup(runtime, id);
  const file = flags.value("resources");
  await cgroup.set(file === undefined ? fromFlags(flags) : fromFile(file));
  return 0;
};

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

const UNITS = { "": 1, b: 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

/** Bytes, as `64m`. */
function bytesOf(flags: ParsedFlags, name: string): number | undefined {
  const text = flags.value(name);
  if (text === undefined) return undefined;
  const match = /^(-?\d+)([bkmgt]?)b?$/i.exec(text);
  if (match === null)
    throw usage(`invalid value "${text}" for flag -${name}: expected bytes`);
  const [, digits = "", unit = ""] = match;
  return Number(digits) * UNITS[unit.toLowerCase() as keyof typeof UNITS];
}
