import { readFileSync } from "node:fs";
import { CgroupError } from "./error.ts";

/** The cgroup a process is in, in one hierarchy. */
export interface Membership {
  /** 0 is v2. */
  readonly hierarchyId: number;
  readonly controllers: readonly string[];
  /** v1: the name of a hierarchy without controllers: `"systemd"`. */
  readonly name?: string;
  /** From the top of the reader's cgroup namespace; with `/..` in front if it lies outside. */
  readonly path: string;
  /** The cgroup has been removed; the process is a zombie or about to be moved. */
  readonly deleted: boolean;
}

const DELETED = " (deleted)";

/**
 * Parses a /proc/PID/cgroup, of lines `hierarchy-ID:controller-list:cgroup-path`; see cgroups(7).
 * @throws {CgroupError} `ERR_CGROUP_INVALID` for a line that is none.
 */
export function parseMemberships(text: string): Membership[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map(parseLine);
}

function parseLine(line: string): Membership {
  // the path may have colons in it, the list may have `name=a:b` only by force
  const groups = /^(?<id>\d+):(?<list>[^:]*):(?<path>\/.*)$/s.exec(
    line,
  )?.groups;
  if (groups === undefined) {
    throw new CgroupError(
      "ERR_CGROUP_INVALID",
      `invalid line of /proc/PID/cgroup ${JSON.stringify(line)}: expected ID:CONTROLLERS:/PATH`,
    );
  }
  const { id = "", list = "", path = "" } = groups;
  const words = list.split(",").filter((word) => word !== "");
  const name = words.find((word) => word.startsWith("name="))?.slice(5);
  const deleted = path.endsWith(DELETED);
  return {
    hierarchyId: Number(id),
    controllers: words.filter((word) => !word.startsWith("name=")),
    ...(name !== undefined && { name }),
    path: deleted ? path.slice(0, -DELETED.length) : path,
    deleted,
  };
}

/** The cgroups a process is in. */
export function readMemberships(pid: number | "self" = "self"): Membership[] {
  return parseMemberships(readFileSync(`/proc/${String(pid)}/cgroup`, "utf8"));
}
