import { readFileSync } from "node:fs";
import { readCapabilities } from "@ns/capability";

let isInitial: boolean | undefined;

/** Whether ids are what they are on the machine itself: true in the first user namespace alone, mostly. */
export function isInitialUserNamespace(): boolean {
  isInitial ??= isWholeMap(readFileSync("/proc/self/uid_map", "utf8"));
  return isInitial;
}

/** 0 0 4294967295, as the kernel aligns it; see proc_pid_uid_map(5). */
function isWholeMap(text: string): boolean {
  return text === "         0          0 4294967295\n";
}

/** Whether a capability is in our effective set. */
export function hasCapability(capability: number): boolean {
  return (readCapabilities().effective & (1n << BigInt(capability))) !== 0n;
}
