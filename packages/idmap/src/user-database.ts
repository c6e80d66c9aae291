import { idIn } from "./id.ts";

/** The users and groups of a root: the texts of its /etc/passwd and /etc/group. */
export interface UserDatabase {
  readonly passwd: string;
  readonly group: string;
}

/** A line of passwd(5). */
export interface PasswdEntry {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
  readonly shell: string;
}

/** A line of group(5). */
export interface GroupEntry {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

/**
 * Parses passwd(5). Lines that are not of its form are passed over: comments, NIS, and ids that are none, which
 * no other id may stand for.
 */
export function parsePasswd(text: string): PasswdEntry[] {
  return linesOf(text).flatMap((line) => {
    const [name = "", , uid = "", gid = "", , home = "", shell = ""] =
      line.split(":");
    const ids = [idIn(uid), idIn(gid)] as const;
    if (name === "" || ids[0] === undefined || ids[1] === undefined) return [];
    return { name, uid: ids[0], gid: ids[1], home: home || "/", shell };
  });
}

/** Parses group(5). Lines that are not of its form are passed over. */
export function parseGroup(text: string): GroupEntry[] {
  return linesOf(text).flatMap((line) => {
    const [name = "", , gid = "", members = ""] = line.split(":");
    const id = idIn(gid);
    if (name === "" || id === undefined) return [];
    const names = members.split(",").filter((each) => each !== "");
    return { name, gid: id, members: names };
  });
}

/** The lines that may be entries: `#` is a comment, `+` and `-` are for NIS. */
function linesOf(text: string): string[] {
  return text.split("\n").filter((line) => !/^[#+-]/.test(line));
}
