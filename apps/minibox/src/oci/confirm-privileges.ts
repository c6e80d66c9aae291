import { readFileSync } from "node:fs";
import { maskOf, parseStatus } from "@ns/capability";
import type { SpawnOptions } from "@ns/spawn";
import { MiniboxError } from "../error.ts";

/**
 * Asks the kernel whether a process has the ids that it should have, where they are not mapped, and no other capabilities. It
 * asks so itself where it can: not under a filter that is in force already, and may end who asks.
 * @throws {MiniboxError} `ERR_PRIVILEGES`
 */
export function confirmPrivileges(
  pid: number,
  { credential, capabilities }: SpawnOptions,
  { mapsIds }: { readonly mapsIds: boolean },
): void {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  if (credential !== undefined && !mapsIds) {
    const { uid, gid, groups } = credential;
    // real, effective, saved and that of files
    expectIds(status, "Uid", [uid, uid, uid, uid]);
    expectIds(status, "Gid", [gid, gid, gid, gid]);
    if (groups !== null) expectIds(status, "Groups", groups ?? []);
  }
  if (capabilities === undefined) return;
  const has = parseStatus(status);
  for (const set of SETS) {
    const beyond = has[set] & ~maskOf(capabilities[set] ?? []);
    if (beyond !== 0n) throw wrong(`${set} set`, `0x${has[set].toString(16)}`);
  }
}

const SETS = [
  "inheritable",
  "permitted",
  "effective",
  "bounding",
  "ambient",
] as const;

/** The kernel keeps groups in its own order, each as often as it was given. */
function expectIds(
  status: string,
  label: string,
  wanted: readonly number[],
): void {
  const found = wordsOf(status, label).map(Number);
  const isSame =
    found.sort(ascending).join() === wanted.toSorted(ascending).join();
  if (!isSame) throw wrong(label, found.join(" "));
}

const ascending = (a: number, b: number): number => a - b;

function wordsOf(status: string, label: string): string[] {
  const [, text = ""] = new RegExp(`^${label}:(.*)$`, "m").exec(status) ?? [];
  return text.split(/\s+/).filter((word) => word !== "");
}

function wrong(what: string, value: string): MiniboxError {
  return new MiniboxError(
    "ERR_PRIVILEGES",
    `cannot give up privileges: the ${what} of the process is ${value} still`,
  );
}
