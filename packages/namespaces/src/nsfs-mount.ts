import { readFileSync } from "node:fs";
import { makedev } from "@ns/syscalls";
import { type NamespaceId, parseNamespaceLink } from "./identity.ts";

/** A namespace that is bound to a file: a mount of nsfs. */
export interface NsfsMount extends NamespaceId {
  /** Where, as seen from the root directory of the process whose mountinfo it is. */
  readonly mountPoint: string;
}

/**
 * Finds the namespaces that are mounted in the text of /proc/PID/mountinfo; see proc_pid_mountinfo(5). Their
 * root is the text of the link, and their device is nsfs's:
 *
 *     64 63 0:4 net:[4026532179] /run/netns/blue rw shared:3 - nsfs nsfs rw
 *     id in dev root             mount point     options…     type  source
 */
export function parseNsfsMounts(mountinfo: string): NsfsMount[] {
  return mountinfo.split("\n").flatMap((line) => {
    const [before = "", after = ""] = line.split(" - ", 2);
    const [, , device = "", root = "", mountPoint = ""] = before.split(" ");
    if (!after.startsWith("nsfs ")) return [];
    const link = parseNamespaceLink(root);
    const number = parseDevice(device);
    if (link === undefined || number === undefined) return [];
    return { ...link, device: number, mountPoint: unescapeOctal(mountPoint) };
  });
}

/**
 * Reads which namespaces are bound to files in the mount namespace of a process. Default: the calling thread's.
 * @throws {Error} `ENOENT`, `ESRCH` or `EINVAL` (Node's own) if the process has ended.
 */
export function readNsfsMounts(pid?: number): NsfsMount[] {
  const directory = pid === undefined ? "thread-self" : String(pid);
  return parseNsfsMounts(readFileSync(`/proc/${directory}/mountinfo`, "utf8"));
}

/** `"0:4"` as stat(2) has it; the kernel's device numbers have 12 and 20 bits. */
function parseDevice(text: string): number | undefined {
  const [, major, minor] = /^(\d+):(\d+)$/.exec(text) ?? [];
  const [high, low] = [Number(major), Number(minor)];
  return high <= 0xfff && low <= 0xfffff ? makedev(high, low) : undefined;
}

/** The kernel writes space, tab, newline and backslash as three octal digits. */
function unescapeOctal(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
