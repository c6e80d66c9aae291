import type { Config } from "../config.ts";
import { type Check, eachRepeated, type Report } from "../internal/report.ts";
import type { Linux } from "../linux.ts";
import { describe, formatPath } from "../problem.ts";
import { isNumberList } from "./list-format.ts";

/** What a dev_t has room for; see makedev(3) and include/linux/kdev_t.h: 12 bits and 20. */
const MAX_MAJOR = 0xfff;
const MAX_MINOR = 0xfffff;

/** An interface's name is shorter: IFNAMSIZ of include/uapi/linux/if.h. */
const IFNAMSIZ = 16;

/** Every part of `linux` that has no file of its own. */
export const checkLinux: Check<Config> = ({ linux = {} }, report) => {
  checkDevices(linux, report);
  checkNetDevices(linux, report);
  checkPaths(linux, report);
  checkIntelRdt(linux, report);
  checkMemoryPolicy(linux, report);
  if ((linux.personality?.flags?.length ?? 0) > 0)
    report.error(
      "linux.personality.flags",
      "expected none: the specification has not defined any",
    );
};

function checkDevices({ devices = [] }: Linux, report: Report): void {
  for (const [i, device] of devices.entries()) {
    const at = `linux.devices[${i}]`;
    if (!device.path.startsWith("/"))
      report.error(
        `${at}.path`,
        `expected an absolute path, found ${describe(device.path)}`,
      );
    if (device.type === "p") continue;
    for (const [name, max] of [
      ["major", MAX_MAJOR],
      ["minor", MAX_MINOR],
    ] as const) {
      const number = device[name];
      if (number === undefined || number < 0 || number > max)
        report.error(
          `${at}.${name}`,
          `expected 0 to ${max} for a device of type "${device.type}", found ${describe(number)}`,
        );
    }
  }
  eachRepeated(
    devices.map(({ path }) => path),
    (path, i, first) => {
      report.warn(
        `linux.devices[${i}].path`,
        `expected each path once, found ${describe(path)} again after linux.devices[${first}]`,
      );
    },
  );
}

function checkNetDevices({ netDevices = {} }: Linux, report: Report): void {
  const names = Object.entries(netDevices).map(([host, { name }]) => {
    const at = formatPath(["linux", "netDevices", host]);
    if (!isInterfaceName(host)) report.error(at, interfaceReason(host));
    if (name !== undefined && name !== "" && !isInterfaceName(name))
      report.error(`${at}.name`, interfaceReason(name));
    return { at, name: name === undefined || name === "" ? host : name };
  });
  eachRepeated(
    names.map(({ name }) => name),
    (name, i) => {
      // the kernel puts another number into each of them
      if (!name.includes("%d"))
        report.error(
          `${names[i]?.at ?? ""}.name`,
          `expected each name once, found ${describe(name)} again`,
        );
    },
  );
}

/** As dev_valid_name() of the kernel, and without a template but for `%d`. */
function isInterfaceName(name: string): boolean {
  return (
    /^[^\s/:%]*(?:%d)?[^\s/:%]*$/.test(name) &&
    name !== "" &&
    name !== "." &&
    name !== ".." &&
    Buffer.byteLength(name) < IFNAMSIZ
  );
}

function interfaceReason(name: string): string {
  return `expected the name of a network interface, less than ${IFNAMSIZ} bytes without '/', ':' and spaces, found ${describe(name)}`;
}

function checkPaths(linux: Linux, report: Report): void {
  for (const member of ["maskedPaths", "readonlyPaths"] as const)
    for (const [i, path] of (linux[member] ?? []).entries())
      if (!path.startsWith("/"))
        report.error(
          `linux.${member}[${i}]`,
          `expected an absolute path, found ${describe(path)}`,
        );
  const { cgroupsPath = "" } = linux;
  if (cgroupsPath.split("/").includes(".."))
    report.error(
      "linux.cgroupsPath",
      `expected a path without "..", found ${describe(cgroupsPath)}`,
    );
}

function checkIntelRdt({ intelRdt = {} }: Linux, report: Report): void {
  const { closID = "", schemata = [], memBwSchema = "" } = intelRdt;
  const at = "linux.intelRdt";
  if (/^\.{1,2}$|\/./.test(closID) || /.\//.test(closID))
    report.error(
      `${at}.closID`,
      `expected the name of a directory, or "/", found ${describe(closID)}`,
    );
  if (memBwSchema !== "" && !memBwSchema.startsWith("MB:"))
    report.error(
      `${at}.memBwSchema`,
      `expected "MB:" at its beginning, found ${describe(memBwSchema)}`,
    );
  const lines: [string, string][] = [
    ["l3CacheSchema", intelRdt.l3CacheSchema ?? ""],
    ["memBwSchema", memBwSchema],
    ...schemata.map((line, i): [string, string] => [`schemata[${i}]`, line]),
  ];
  for (const [name, line] of lines)
    if (line.includes("\n"))
      report.error(
        `${at}.${name}`,
        `expected one line, found ${describe(line)}`,
      );
}

/** As set_mempolicy(2) has it. */
function checkMemoryPolicy({ memoryPolicy }: Linux, report: Report): void {
  if (memoryPolicy === undefined) return;
  const { mode, nodes = "", flags = [] } = memoryPolicy;
  const at = "linux.memoryPolicy";
  if (nodes !== "" && !isNumberList(nodes))
    report.error(
      `${at}.nodes`,
      `expected memory nodes as "0-3,7", found ${describe(nodes)}`,
    );
  const takesNone = mode === "MPOL_DEFAULT" || mode === "MPOL_LOCAL";
  if (takesNone && nodes !== "")
    report.error(
      `${at}.nodes`,
      `expected none for ${mode}, found ${describe(nodes)}`,
    );
  // without nodes MPOL_PREFERRED is MPOL_LOCAL
  if (!takesNone && mode !== "MPOL_PREFERRED" && nodes === "")
    report.error(`${at}.nodes`, `expected a node at least for ${mode}`);
  if (takesNone && flags.length > 0)
    report.error(`${at}.flags`, `expected none for ${mode}`);
  if (
    flags.includes("MPOL_F_STATIC_NODES") &&
    flags.includes("MPOL_F_RELATIVE_NODES")
  )
    report.error(
      `${at}.flags`,
      "expected one of MPOL_F_STATIC_NODES and MPOL_F_RELATIVE_NODES, found both",
    );
  if (
    flags.includes("MPOL_F_NUMA_BALANCING") &&
    mode !== "MPOL_BIND" &&
    mode !== "MPOL_PREFERRED_MANY"
  )
    report.error(
      `${at}.flags`,
      `expected MPOL_F_NUMA_BALANCING with MPOL_BIND or MPOL_PREFERRED_MANY, found it with ${mode}`,
    );
}
