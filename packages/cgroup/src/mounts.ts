import { readFileSync } from "node:fs";
import { CgroupError } from "./error.ts";

/** A mounted cgroup file system. */
export interface CgroupMount {
  readonly version: 1 | 2;
  readonly mountpoint: string;
  /** Which cgroup of the hierarchy the mount shows at its top, as this process's cgroup namespace names it. */
  readonly root: string;
  /** v1: the controllers of this hierarchy. v2: none; `cgroup.controllers` says. */
  readonly controllers: readonly string[];
  /** v1: the name of a hierarchy without controllers: `"systemd"`. */
  readonly name?: string;
  readonly readOnly: boolean;
}

/** Options of a v1 file system that name no controller. */
const V1_OPTIONS =
  /^(?:rw|ro|noprefix|clone_children|xattr|cpuset_v2_mode|favordynmods|nofavordynmods|all|none|seclabel|release_agent=.*)$/;

/**
 * The cgroup file systems in a /proc/PID/mountinfo; see proc_pid_mountinfo(5).
 *
 * ```
 * 35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
 * (1)(2)(3)(4)          (5)              (6)     ^  (9)    (10)    (11)
 * ```
 * @throws {CgroupError} `ERR_CGROUP_INVALID` for a line that is none.
 */
export function parseCgroupMounts(mountinfo: string): CgroupMount[] {
  return mountinfo
    .split("\n")
    .filter((line) => line !== "")
    .flatMap(parseLine);
}

function parseLine(line: string): CgroupMount[] {
  const fields = line.split(" ");
  const separator = fields.indexOf("-", 6);
  const [, , , root, mountpoint, options] = fields;
  const type = fields[separator + 1];
  const superOptions = fields[separator + 3];
  if (
    separator === -1 ||
    root === undefined ||
    mountpoint === undefined ||
    options === undefined ||
    type === undefined
  ) {
    throw new CgroupError(
      "ERR_CGROUP_INVALID",
      `invalid line of mountinfo ${JSON.stringify(line)}: expected ten fields or more with '-' before the last three`,
    );
  }
  if (type !== "cgroup" && type !== "cgroup2") return [];
  const words = (superOptions ?? "").split(",");
  const mount = {
    mountpoint: unescape(mountpoint),
    root: unescape(root),
    readOnly: options.split(",").includes("ro") || words.includes("ro"),
  };
  if (type === "cgroup2") return [{ version: 2, controllers: [], ...mount }];
  const name = words.find((word) => word.startsWith("name="))?.slice(5);
  const controllers = words.filter(
    (word) =>
      word !== "" && !word.startsWith("name=") && !V1_OPTIONS.test(word),
  );
  return [
    { version: 1, controllers, ...mount, ...(name !== undefined && { name }) },
  ];
}

/** Space, tab, line break and backslash are written in octal: `\040`. */
function unescape(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}

/** The cgroup file systems that a process sees. */
export function readCgroupMounts(pid: number | "self" = "self"): CgroupMount[] {
  return parseCgroupMounts(
    readFileSync(`/proc/${String(pid)}/mountinfo`, "utf8"),
  );
}
