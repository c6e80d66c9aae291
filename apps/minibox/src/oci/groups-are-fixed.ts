import { readFileSync } from "node:fs";

/** Whether setgroups(2) is denied where a process is, and we have no right to it by ourselves. */
export function groupsAreFixed(pid: number): boolean {
  return (
    process.geteuid?.() !== 0 &&
    readFileSync(`/proc/${pid}/setgroups`, "utf8").trim() === "deny"
  );
}
