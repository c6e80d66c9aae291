import { readFileSync } from "node:fs";
import { maskOf } from "@ns/capability";
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
  for (const [label, name] of SETS) {
    const [mask = ""] = wordsOf(status, label);
    const beyond = BigInt(`0x${mask}`) & ~maskOf(capabilities[name] ?? []);
    if (beyond !== 0n) throw wrong(label, mask);
  }
}

/** As proc_pid_status(5) names the sets. */
const SETS = [
  ["CapInh", "inheritable"],
  ["CapPrm", "permitted"],
  ["CapEff", "effective"],
  ["CapBnd", "bounding"],
  ["CapAmb", "ambient"],
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

function wrong(label: string, value: string): MiniboxError {
  return new MiniboxError(
    "ERR_PRIVILEGES",
    `cannot give up privileges: ${label} of the process is ${value} still`,
  );
}
