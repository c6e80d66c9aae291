import { type Report } from "../internal/report.ts";
import { describe, formatPath } from "../problem.ts";
import type { Resources } from "../resources.ts";
import { isNumberList } from "./list-format.ts";

/** `at` is what the paths begin with. */
export function checkResources(
  resources: Resources,
  report: Report,
  at: string,
): void {
  checkDeviceRules(resources, report, at);
  checkMemory(resources, report, `${at}memory`);
  checkCpu(resources, report, `${at}cpu`);
  checkBlockIo(resources, report, `${at}blockIO`);
  const { pids, hugepageLimits = [], rdma = {}, unified = {} } = resources;
  if ((pids?.limit ?? 0) < -1)
    report.error(
      `${at}pids.limit`,
      `expected 0 or more, or -1 for no limit, found ${pids?.limit ?? 0}`,
    );
  for (const [i, { pageSize }] of hugepageLimits.entries())
    if (!/^[1-9]\d*[KMGTPE]?B$/.test(pageSize))
      report.error(
        `${at}hugepageLimits[${i}].pageSize`,
        `expected a size as "64KB", "2MB" or "1GB", found ${describe(pageSize)}`,
      );
  for (const [device, { hcaHandles, hcaObjects }] of Object.entries(rdma))
    if (hcaHandles === undefined && hcaObjects === undefined)
      report.error(
        at + formatPath(["rdma", device]),
        "expected hcaHandles or hcaObjects, found neither",
      );
  for (const file of Object.keys(unified))
    if (!/^[^/\s]+$/.test(file) || /^\.{1,2}$/.test(file))
      report.error(
        at + formatPath(["unified", file]),
        `expected the name of a file in the container's cgroup, found ${describe(file)}`,
      );
}

function checkDeviceRules(
  { devices = [] }: Resources,
  report: Report,
  at: string,
): void {
  for (const [i, rule] of devices.entries()) {
    const { type = "", access = "" } = rule;
    if (!["", "a", "b", "c"].includes(type))
      report.error(
        `${at}devices[${i}].type`,
        `expected one of "a", "b", "c", found ${describe(type)}`,
      );
    if (!/^[rwm]*$/.test(access))
      report.error(
        `${at}devices[${i}].access`,
        `expected some of "rwm", found ${describe(access)}`,
      );
    for (const name of ["major", "minor"] as const)
      if ((rule[name] ?? 0) < -1)
        report.error(
          `${at}devices[${i}].${name}`,
          `expected 0 or more, or -1 for all, found ${describe(rule[name])}`,
        );
  }
}

function checkMemory(
  { memory = {} }: Resources,
  report: Report,
  at: string,
): void {
  const { limit = 0, reservation, swap = 0, kernel, kernelTCP } = memory;
  const limits = { limit, reservation, swap, kernel, kernelTCP };
  for (const [name, bytes = 0] of Object.entries(limits))
    if (bytes < -1)
      report.error(
        `${at}.${name}`,
        `expected bytes, or -1 for no limit, found ${bytes}`,
      );
  if (limit > 0 && swap > 0 && swap < limit)
    report.error(
      `${at}.swap`,
      `expected ${limit}, the limit, or more, found ${swap}`,
      "swap is the limit of memory and swap together",
    );
  if (limit <= 0 && swap > 0)
    report.warn(
      `${at}.limit`,
      "expected a limit with swap, found none",
      "cgroup v2 cannot limit both together without one",
    );
  if ((memory.swappiness ?? 0) > 100)
    report.error(
      `${at}.swappiness`,
      `expected 0 to 100, found ${memory.swappiness ?? 0}`,
    );
}

function checkCpu({ cpu = {} }: Resources, report: Report, at: string): void {
  const { quota = 0, burst = 0, idle = 0 } = cpu;
  if (quota > 0 && burst > quota)
    report.error(
      `${at}.burst`,
      `expected the quota, ${quota}, at most, found ${burst}`,
    );
  if (idle < 0 || idle > 1)
    report.error(`${at}.idle`, `expected 0 or 1, found ${idle}`);
  for (const name of ["cpus", "mems"] as const) {
    const list = cpu[name] ?? "";
    if (list !== "" && !isNumberList(list))
      report.error(
        `${at}.${name}`,
        `expected a list as "0-3,7", found ${describe(list)}`,
      );
  }
}

function checkBlockIo(
  { blockIO = {} }: Resources,
  report: Report,
  at: string,
): void {
  for (const [i, device] of (blockIO.weightDevice ?? []).entries())
    if (device.weight === undefined && device.leafWeight === undefined)
      report.error(
        `${at}.weightDevice[${i}]`,
        "expected weight or leafWeight, found neither",
      );
  const {
    weightDevice,
    throttleReadBpsDevice,
    throttleWriteBpsDevice,
    throttleReadIOPSDevice,
    throttleWriteIOPSDevice,
  } = blockIO;
  const lists = {
    weightDevice,
    throttleReadBpsDevice,
    throttleWriteBpsDevice,
    throttleReadIOPSDevice,
    throttleWriteIOPSDevice,
  };
  for (const [name, devices = []] of Object.entries(lists))
    for (const [i, { major, minor }] of devices.entries())
      for (const [part, number] of Object.entries({ major, minor }))
        if (number < 0)
          report.error(
            `${at}.${name}[${i}].${part}`,
            `expected 0 or more, found ${number}`,
          );
}
