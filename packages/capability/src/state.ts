import { readFileSync } from "node:fs";
import {
  capget,
  CAPABILITY_DATA_SIZE,
  type CapabilitySets,
  invoke,
  parseCapabilitySets,
} from "@ns/syscalls";
import { CapabilityError } from "./error.ts";
import { allCapabilities } from "./mask.ts";

/**
 * The five sets of a thread, bit n for capability n; see "Thread capability sets" in capabilities(7).
 * `effective`, `permitted` and `inheritable` are those of capget(2).
 */
export interface CapabilityState extends CapabilitySets {
  /** What execve(2) can grant at most. */
  readonly bounding: bigint;
  /** What is kept across execve(2) without root or file capabilities. Linux 4.3. */
  readonly ambient: bigint;
}

/**
 * Parses the five sets out of a /proc/PID/status file; see proc_pid_status(5). Before Linux 4.3 there is no
 * `CapAmb`, and the ambient set is empty.
 * @throws {CapabilityError} `ERR_CAPABILITY_STATUS` where another one is missing.
 */
export function parseStatus(text: string): CapabilityState {
  return {
    effective: field(text, "CapEff"),
    permitted: field(text, "CapPrm"),
    inheritable: field(text, "CapInh"),
    bounding: field(text, "CapBnd"),
    ambient: /^CapAmb:/m.test(text) ? field(text, "CapAmb") : 0n,
  };
}

/**
 * Reads the five sets of a process (its main thread), or with `"thread-self"`, the default, of the calling thread.
 * Needs no privileges, for any process that /proc shows.
 */
export function readCapabilities(
  pid: number | "self" | "thread-self" = "thread-self",
): CapabilityState {
  return parseStatus(readFileSync(`/proc/${pid}/status`, "utf8"));
}

/**
 * Asks the kernel for three of the sets of the thread `tid` (0: the caller); see capget(2). Works without /proc.
 * @throws {SyscallError} `ESRCH` if there is no such thread.
 */
export function getCapabilities(tid = 0): CapabilitySets {
  const data = new Uint8Array(CAPABILITY_DATA_SIZE);
  invoke(capget(tid, data));
  return parseCapabilitySets(data);
}

/**
 * What the first process of a new user namespace has: all the kernel's capabilities there, up to `last`, none of
 * them inheritable or ambient; see user_namespaces(7).
 */
export function newUserNamespaceCapabilities(last: number): CapabilityState {
  const all = allCapabilities(last);
  return {
    effective: all,
    permitted: all,
    inheritable: 0n,
    bounding: all,
    ambient: 0n,
  };
}

function field(text: string, name: string): bigint {
  const value = new RegExp(`^${name}:[ \\t]*([0-9a-f]{1,16})$`, "m").exec(
    text,
  )?.[1];
  if (value !== undefined) return BigInt(`0x${value}`);
  throw new CapabilityError(
    "ERR_CAPABILITY_STATUS",
    `invalid status: expected a line '${name}:' with a set in hexadecimal`,
  );
}
