import type { Config, Mount } from "../config.ts";
import type { Check, Report } from "../internal/report.ts";
import type { Linux } from "../linux.ts";
import { MOUNT_OPTIONS } from "../mount-options.ts";
import { describe } from "../problem.ts";
import { checkIdMap, isMapped } from "./id-mappings.ts";

/** Of these the last one counts. */
const EXCLUSIVE = [
  ["ro", "rw"],
  ["rro", "rrw"],
  ["suid", "nosuid"],
  ["dev", "nodev"],
  ["exec", "noexec"],
  ["idmap", "ridmap"],
] as const;

export const checkMounts: Check<Config> = (
  { mounts = [], linux = {} },
  report,
) => {
  const known = new Set<string>(MOUNT_OPTIONS);
  for (const [i, mount] of mounts.entries()) {
    const at = `mounts[${i}]`;
    checkDestination(mount, report, at);
    checkOptions(mount, report, at);
    checkBind(mount, known, report, at);
    checkIdmap(mount, linux, report, at);
    checkOwners(mount, linux, report, at);
  }
};

function checkDestination(
  { destination }: Mount,
  report: Report,
  at: string,
): void {
  const path = `${at}.destination`;
  if (destination === "")
    report.error(path, 'expected an absolute path, found ""');
  else if (!destination.startsWith("/"))
    report.warn(
      path,
      `expected an absolute path, found ${describe(destination)}`,
      "it is taken as relative to /",
    );
}

function checkOptions(
  { type, options = [] }: Mount,
  report: Report,
  at: string,
): void {
  for (const pair of EXCLUSIVE)
    if (pair.every((each) => options.includes(each)))
      report.warn(
        `${at}.options`,
        `expected one of ${pair.map(describe).join(" and ")}, found both`,
        "the last one counts",
      );
  if (options.includes("tmpcopyup") && type !== "tmpfs")
    report.warn(
      `${at}.options`,
      `expected "tmpcopyup" for a tmpfs, found it for ${describe(type)}`,
    );
}

function isBind({ options = [] }: Mount): boolean {
  return options.includes("bind") || options.includes("rbind");
}

function checkBind(
  mount: Mount,
  known: ReadonlySet<string>,
  report: Report,
  at: string,
): void {
  if (!isBind(mount)) {
    if (mount.type === "bind")
      report.warn(
        `${at}.options`,
        'expected "bind" or "rbind" for a mount of type "bind"',
        "without one of them it is no bind mount",
      );
    return;
  }
  if ((mount.source ?? "") === "")
    report.error(`${at}.source`, "expected what is to be bound, found nothing");
  for (const [i, option] of (mount.options ?? []).entries())
    if (!known.has(option))
      report.error(
        `${at}.options[${i}]`,
        `expected no options of a file system for a bind mount, found ${describe(option)}`,
        "they belong to the file system that is bound, and the kernel ignores them here",
      );
}

function checkIdmap(
  mount: Mount,
  linux: Linux,
  report: Report,
  at: string,
): void {
  const { uidMappings = [], gidMappings = [], options = [] } = mount;
  checkIdMap(uidMappings, report, `${at}.uidMappings`);
  checkIdMap(gidMappings, report, `${at}.gidMappings`);
  const asked = options.includes("idmap") || options.includes("ridmap");
  const given = uidMappings.length > 0 || gidMappings.length > 0;
  if (uidMappings.length > 0 !== gidMappings.length > 0)
    report.error(
      `${at}.${uidMappings.length > 0 ? "gidMappings" : "uidMappings"}`,
      "expected both uidMappings and gidMappings, found one of them",
    );
  if (given && !isBind(mount))
    report.error(
      `${at}.options`,
      'expected "bind" or "rbind" for a mount with mapped ids',
    );
  if (given && !asked)
    report.warn(
      `${at}.options`,
      'expected "idmap" or "ridmap" with uidMappings and gidMappings',
      "older runtimes ignore the mappings without them",
    );
  const joined = (linux.namespaces ?? []).some(
    ({ type, path = "" }) => type === "user" && path !== "",
  );
  if (asked && !given && !joined && (linux.uidMappings ?? []).length === 0)
    report.error(
      `${at}.uidMappings`,
      'expected mappings for "idmap", of the mount or of the container, found none',
    );
}

/** A file system in a new user namespace cannot belong to an id that is none there. */
function checkOwners(
  mount: Mount,
  { namespaces = [], uidMappings = [], gidMappings = [] }: Linux,
  report: Report,
  at: string,
): void {
  const user = namespaces.find(({ type }) => type === "user");
  if (user === undefined || (user.path ?? "") !== "" || isBind(mount)) return;
  for (const [i, option] of (mount.options ?? []).entries()) {
    const [, kind, id] = /^([ug])id=(\d{1,10})$/.exec(option) ?? [];
    const map = kind === "u" ? uidMappings : gidMappings;
    if (id !== undefined && map.length > 0 && !isMapped(map, Number(id)))
      report.error(
        `${at}.options[${i}]`,
        `expected an id that linux.${kind ?? ""}idMappings maps, found ${describe(option)}`,
      );
  }
}
