import { readFileSync } from "node:fs";
import { parsePasswd } from "@ns/idmap";

/** The name of a user, or the number of one who has none. */
export function ownerName(uid: number): string {
  return (
    parsePasswd(readPasswd()).find((entry) => entry.uid === uid)?.name ??
    String(uid)
  );
}

/** The host's own; a machine may be without. */
function readPasswd(): string {
  try {
    return readFileSync("/etc/passwd", "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}
