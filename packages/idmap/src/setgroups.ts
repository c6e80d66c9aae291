import { readFileSync } from "node:fs";
import { IdmapError } from "./error.ts";

/**
 * Parses /proc/PID/setgroups: whether setgroups(2) is allowed in the user namespace, once its gid_map is written.
 * @throws {IdmapError} `ERR_IDMAP_INVALID_SETGROUPS` unless it is `allow` or `deny`.
 */
export function parseSetgroups(text: string): boolean {
  const word = text.replace(/\n$/, "");
  if (word === "allow") return true;
  if (word === "deny") return false;
  throw new IdmapError(
    "ERR_IDMAP_INVALID_SETGROUPS",
    `invalid setgroups ${JSON.stringify(text)}: expected 'allow' or 'deny'`,
  );
}

/** Whether setgroups(2) is allowed in a process's user namespace; see proc_pid_setgroups(5). Linux 3.19. */
export function readSetgroups(pid: number | "self" = "self"): boolean {
  return parseSetgroups(readFileSync(`/proc/${pid}/setgroups`, "utf8"));
}
