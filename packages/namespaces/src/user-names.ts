import { readFileSync } from "node:fs";
import { isSystemError } from "./internal/system-error.ts";

/** Parses /etc/passwd: the name of each user id, the first where several have the same; see passwd(5). */
export function parseUserNames(passwd: string): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  for (const line of passwd.split("\n")) {
    const [name = "", , uid = ""] = line.split(":");
    if (name === "" || !/^\d+$/.test(uid) || names.has(Number(uid))) continue;
    names.set(Number(uid), name);
  }
  return names;
}

/** Reads /etc/passwd; no names if there is none. */
export function readUserNames(): ReadonlyMap<number, string> {
  try {
    return parseUserNames(readFileSync("/etc/passwd", "utf8"));
  } catch (error) {
    if (isSystemError(error, "ENOENT", "EACCES")) return new Map();
    throw error;
  }
}
