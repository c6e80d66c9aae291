import {
  accessBits,
  accessText,
  ALL_ACCESS,
  normalRule,
  type NormalRule,
} from "./device-rule.ts";
import { CgroupError } from "./error.ts";
import type { DeviceRule } from "./resources.ts";

/**
 * The state of a cgroup of v1's devices controller: everything is denied but for the exceptions, or allowed but for
 * them. Keys are `"c 1:3"`, with `*` for every number; values are access bits.
 */
export interface DeviceList {
  readonly allowAll: boolean;
  readonly exceptions: ReadonlyMap<string, number>;
}

/** One write to `devices.allow` or `devices.deny`. */
export interface DeviceListWrite {
  readonly file: "devices.allow" | "devices.deny";
  readonly value: string;
}

/**
 * Parses a devices.list. A list that allows everything does not show its exceptions.
 * @throws {CgroupError} `ERR_CGROUP_INVALID`
 */
export function parseDeviceList(text: string): DeviceList {
  const exceptions = new Map<string, number>();
  for (const line of text.split("\n").filter((each) => each !== "")) {
    const groups =
      /^(?<key>[abc] (?:\d+|\*):(?:\d+|\*)) (?<access>[rwm]{1,3})$/.exec(
        line,
      )?.groups;
    if (groups === undefined)
      throw new CgroupError(
        "ERR_CGROUP_INVALID",
        `invalid line of devices.list ${JSON.stringify(line)}: expected TYPE MAJOR:MINOR ACCESS`,
      );
    const { key = "", access = "" } = groups;
    if (key.startsWith("a")) return { allowAll: true, exceptions: new Map() };
    exceptions.set(key, accessBits(access));
  }
  return { allowAll: false, exceptions };
}

/**
 * The state that a list of rules comes to, applied one after the other from "everything is denied".
 * @throws {CgroupError} `ERR_CGROUP_DEVICES` for a rule that takes away a part of what a wider one gave: v1 knows
 *   exceptions, and no exceptions from them.
 */
export function deviceListOf(rules: readonly DeviceRule[]): DeviceList {
  let list: DeviceList = { allowAll: false, exceptions: new Map() };
  for (const rule of rules.map(normalRule)) list = withRule(list, rule);
  return list;
}

function withRule(list: DeviceList, rule: NormalRule): DeviceList {
  const isAll = rule.major === undefined && rule.minor === undefined;
  if (rule.type === "a") {
    if (isAll && rule.access === ALL_ACCESS)
      return { allowAll: rule.allow, exceptions: new Map() };
    const half = withRule(list, { ...rule, type: "b" });
    return withRule(half, { ...rule, type: "c" });
  }
  const exceptions = new Map(list.exceptions);
  const key = keyOf(rule);
  if (rule.allow !== list.allowAll) {
    exceptions.set(key, (exceptions.get(key) ?? 0) | rule.access);
    return { ...list, exceptions };
  }
  for (const [other, access] of list.exceptions) {
    if ((access & rule.access) === 0 || !overlap(key, other)) continue;
    if (!covers(key, other)) throw holeIn(other, key, rule);
    const left = access & ~rule.access;
    if (left === 0) exceptions.delete(other);
    else exceptions.set(other, left);
  }
  return { ...list, exceptions };
}

function holeIn(wider: string, key: string, rule: NormalRule): CgroupError {
  const verb = rule.allow ? "allow" : "deny";
  return new CgroupError(
    "ERR_CGROUP_DEVICES",
    `cannot ${verb} '${key} ${accessText(rule.access)}' after '${wider}' was ${rule.allow ? "denied" : "allowed"}: cgroup v1 has no exception from an exception`,
    {
      controller: "devices",
      hint: "name the devices one by one instead of the wide rule, or use cgroup v2",
    },
  );
}

/** Whether a list allows a request, as the kernel decides: one exception has to match all of it. */
export function listAllows(
  { allowAll, exceptions }: DeviceList,
  request: {
    readonly type: "b" | "c";
    readonly major: number;
    readonly minor: number;
    readonly access: string;
  },
): boolean {
  const wanted = accessBits(request.access);
  const key = `${request.type} ${String(request.major)}:${String(request.minor)}`;
  const about = [...exceptions].filter(([exception]) => covers(exception, key));
  if (allowAll) return about.every(([, access]) => (access & wanted) === 0);
  return about.some(([, access]) => (access & wanted) === wanted);
}

/**
 * What to write to get from one state to another. What is to be denied is denied before anything is allowed, so that
 * at no time more is allowed than before or after; only where the end is "everything but", the kernel first allows
 * everything. Nothing is written if nothing changes.
 */
export function deviceListChanges(
  from: DeviceList,
  to: DeviceList,
): DeviceListWrite[] {
  if (to.allowAll) {
    // what a list that allows everything excepts is not to be seen, so it is begun anew
    if (from.allowAll && to.exceptions.size === 0)
      return [write("devices.allow", "a")];
    return [
      write("devices.allow", "a"),
      ...writes("devices.deny", to.exceptions),
    ];
  }
  if (from.allowAll)
    return [
      write("devices.deny", "a"),
      ...writes("devices.allow", to.exceptions),
    ];
  return [
    ...writes("devices.deny", minus(from.exceptions, to.exceptions)),
    ...writes("devices.allow", minus(to.exceptions, from.exceptions)),
  ];
}

function minus(
  a: ReadonlyMap<string, number>,
  b: ReadonlyMap<string, number>,
): Map<string, number> {
  const left = [...a].map(
    ([key, access]) => [key, access & ~(b.get(key) ?? 0)] as const,
  );
  return new Map(left.filter(([, access]) => access !== 0));
}

function writes(
  file: DeviceListWrite["file"],
  exceptions: ReadonlyMap<string, number>,
): DeviceListWrite[] {
  return [...exceptions].map(([key, access]) =>
    write(file, `${key} ${accessText(access)}`),
  );
}

function write(file: DeviceListWrite["file"], value: string): DeviceListWrite {
  return { file, value };
}

function keyOf({ type, major, minor }: NormalRule): string {
  return `${type} ${String(major ?? "*")}:${String(minor ?? "*")}`;
}

/** Whether every device of `inner` is one of `outer`. */
function covers(outer: string, inner: string): boolean {
  const [a, b] = [partsOf(outer), partsOf(inner)];
  return a.every((part, i) => part === "*" || part === b[i]);
}

function overlap(one: string, other: string): boolean {
  const [a, b] = [partsOf(one), partsOf(other)];
  return a.every((part, i) => part === "*" || b[i] === "*" || part === b[i]);
}

function partsOf(key: string): string[] {
  return key.split(/[ :]/);
}
