import { readFileSync } from "node:fs";
import { deviceListOf, type DeviceList } from "../device-list.ts";
import { accessText, withDefaults } from "../device-rule.ts";
import { CgroupError } from "../error.ts";
import type { DeviceRule } from "../resources.ts";
import type { UnitProperty } from "./unit-properties.ts";

/** Names of drivers by type and major number: `"c 136"` is `"pts"`. */
export type DeviceGroups = ReadonlyMap<string, string>;

/** Parses /proc/devices. */
export function parseDeviceGroups(text: string): DeviceGroups {
  const groups = new Map<string, string>();
  let type = "";
  for (const line of text.split("\n")) {
    if (line === "Character devices:") type = "c";
    if (line === "Block devices:") type = "b";
    const [, major, name] = /^ *(\d+) (\S+)$/.exec(line) ?? [];
    if (major !== undefined && name !== undefined)
      groups.set(`${type} ${major}`, name);
  }
  return groups;
}

export function readDeviceGroups(): DeviceGroups {
  return parseDeviceGroups(readFileSync("/proc/devices", "utf8"));
}

/**
 * DevicePolicy and DeviceAllow for these rules; see systemd.resource-control(5). systemd names a device by its path or
 * its driver; where that cannot say what the rules say, it is told to allow all, and the filter that is attached to the
 * cgroup beside it does all the work.
 */
export function deviceProperties(
  rules: readonly DeviceRule[],
  groups: DeviceGroups,
): UnitProperty[] {
  const list = listOf(rules);
  const entries =
    list === undefined || list.allowAll ? undefined : allEntries(list, groups);
  return [
    {
      name: "DevicePolicy",
      signature: "s",
      value: entries === undefined ? "auto" : "strict",
    },
    // an empty list takes away what was there
    { name: "DeviceAllow", signature: "a(ss)", value: [] },
    ...(entries === undefined
      ? []
      : [{ name: "DeviceAllow", signature: "a(ss)", value: entries }]),
  ];
}

function listOf(rules: readonly DeviceRule[]): DeviceList | undefined {
  try {
    return deviceListOf(withDefaults(rules));
  } catch (error) {
    // rules that only v2 can express
    if (error instanceof CgroupError && error.code === "ERR_CGROUP_DEVICES")
      return undefined;
    throw error;
  }
}

function allEntries(
  { exceptions }: DeviceList,
  groups: DeviceGroups,
): [string, string][] | undefined {
  const entries: [string, string][] = [];
  for (const [key, access] of exceptions) {
    const device = deviceName(key, groups);
    if (device === undefined) return undefined;
    entries.push([device, accessText(access)]);
  }
  return entries;
}

function deviceName(key: string, groups: DeviceGroups): string | undefined {
  const [type = "", major = "", minor = ""] = key.split(/[ :]/);
  const kind = type === "b" ? "block" : "char";
  if (major === "*") return minor === "*" ? `${kind}-*` : undefined;
  if (minor !== "*") return `/dev/${kind}/${major}:${minor}`;
  const group = groups.get(`${type} ${major}`);
  return group === undefined ? undefined : `${kind}-${group}`;
}
