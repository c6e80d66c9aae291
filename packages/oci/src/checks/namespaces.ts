import type { Config } from "../config.ts";
import { type Check, eachRepeated, type Report } from "../internal/report.ts";
import type { Linux, NamespaceType } from "../linux.ts";
import { describe, formatPath } from "../problem.ts";
import { hasNamespace } from "../sysctl.ts";

/** The longest name: __NEW_UTS_LEN of include/uapi/linux/utsname.h. */
const MAX_UTS_NAME = 64;

/** The clocks that have an offset; see time_namespaces(7). */
const CLOCKS = new Set(["monotonic", "boottime"]);

/** Namespaces, and what needs one of them. */
export const checkNamespaces: Check<Config> = (config, report) => {
  const { linux = {} } = config;
  checkList(linux, report);
  checkUts(config, report);
  checkTimeOffsets(linux, report);
  for (const member of ["maskedPaths", "readonlyPaths"] as const)
    if ((linux[member]?.length ?? 0) > 0)
      checkNeeded(linux, "mount", report, `linux.${member}`);
  if (Object.keys(linux.netDevices ?? {}).length > 0)
    checkNeeded(linux, "network", report, "linux.netDevices");
};

function checkList({ namespaces = [] }: Linux, report: Report): void {
  eachRepeated(
    namespaces.map(({ type }) => type),
    (type, i, first) => {
      report.error(
        `linux.namespaces[${i}].type`,
        `expected each type once, found "${type}" again after linux.namespaces[${first}]`,
      );
    },
  );
  for (const [i, { path = "" }] of namespaces.entries())
    if (path !== "" && !path.startsWith("/"))
      report.error(
        `linux.namespaces[${i}].path`,
        `expected an absolute path, found ${describe(path)}`,
      );
}

function checkUts(config: Config, report: Report): void {
  for (const member of ["hostname", "domainname"] as const) {
    const name = config[member] ?? "";
    if (name === "") continue;
    checkNeeded(config.linux ?? {}, "uts", report, member);
    const length = Buffer.byteLength(name);
    if (length > MAX_UTS_NAME)
      report.error(
        member,
        `expected ${MAX_UTS_NAME} bytes at most, found ${length} in ${describe(name)}`,
      );
  }
}

function checkTimeOffsets(linux: Linux, report: Report): void {
  const { timeOffsets = {}, namespaces = [] } = linux;
  const clocks = Object.entries(timeOffsets);
  if (clocks.length === 0) return;
  checkNeeded(linux, "time", report, "linux.timeOffsets");
  if (namespaces.some(({ type, path = "" }) => type === "time" && path !== ""))
    report.error(
      "linux.timeOffsets",
      "expected none for a time namespace that is joined",
      "offsets are set before a namespace has its first process",
    );
  for (const [clock, { nanosecs = 0 }] of clocks) {
    const path = formatPath(["linux", "timeOffsets", clock]);
    if (!CLOCKS.has(clock))
      report.error(path, 'expected the clock "monotonic" or "boottime"');
    if (nanosecs > 999_999_999)
      report.error(
        `${path}.nanosecs`,
        `expected less than a second, found ${nanosecs}`,
      );
  }
}

function checkNeeded(
  linux: Linux,
  type: NamespaceType,
  report: Report,
  path: string,
): void {
  if (hasNamespace(linux, type)) return;
  report.error(
    path,
    `expected a ${type} namespace of the container's own for this, found the host's`,
    `add {"type": "${type}"} to linux.namespaces`,
  );
}
