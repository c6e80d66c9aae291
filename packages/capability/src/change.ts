import {
  Capabilities,
  type CapabilitySets,
  capset,
  invokeAll,
  type Step,
  step,
} from "@ns/syscalls";
import {
  clearAmbient,
  dropBounding,
  lowerAmbient,
  raiseAmbient,
} from "./prctl.ts";
import { CapabilityError } from "./error.ts";
import { checkMask, isSubset, namesIn, numbersIn } from "./mask.ts";
import { type CapabilityState, readCapabilities } from "./state.ts";

/** The sets as they shall be. One left out stays as it is, less what the others no longer allow. */
export type CapabilityChange = Partial<CapabilityState>;

const SETPCAP = 1n << BigInt(Capabilities.SETPCAP);

/**
 * The steps that bring a thread whose capabilities are `from` to what is wanted: bounding set, then
 * effective, permitted and inheritable, then ambient. Only what differs; run them here with `invokeAll`, or in a
 * child's `setup`. There, `from` is what the child has when they run: `readCapabilities()` of its parent, or
 * `newUserNamespaceCapabilities(…)` in a new user namespace.
 * @throws {CapabilityError} `ERR_CAPABILITY_NOT_ALLOWED` for a change that the kernel refuses, by the rules of
 *   "Programmatically adjusting capability sets" in capabilities(7).
 */
export function capabilitySteps(
  wanted: CapabilityChange,
  from: CapabilityState,
): Step[] {
  const to = completeChange(wanted, from);
  checkChange(from, to);
  return stepsBetween(from, to);
}

/** The steps alone: whether the kernel allows them is to be seen. */
export function stepsBetween(
  from: CapabilityState,
  to: CapabilityState,
): Step[] {
  return [
    ...numbersIn(from.bounding & ~to.bounding).map(dropBounding),
    ...setSteps(from, to),
    ...ambientSteps(afterCapset(from, to), to.ambient),
  ];
}

/**
 * Changes the capabilities of the calling thread; see {@link capabilitySteps}. This thread only: libuv's pool,
 * which `fs` uses, and V8's helpers keep theirs. A process that runs nothing but what it should is a new one,
 * made with the same steps.
 * @throws {CapabilityError} `ERR_CAPABILITY_NOT_ALLOWED`, before anything has changed.
 * @throws {SyscallError} `EPERM` where securebits or a security module forbid what the rules allow.
 */
export function applyCapabilities(wanted: CapabilityChange): void {
  invokeAll(capabilitySteps(wanted, readCapabilities()));
}

/** All five sets, with those left out cut to what the others allow, as the kernel cuts the ambient set. */
export function completeChange(
  wanted: CapabilityChange,
  from: CapabilityState,
): CapabilityState {
  for (const [name, mask] of Object.entries(wanted)) checkMask(name, mask);
  const permitted = wanted.permitted ?? from.permitted;
  const inheritable = wanted.inheritable ?? from.inheritable;
  return {
    permitted,
    inheritable,
    effective: wanted.effective ?? from.effective & permitted,
    bounding: wanted.bounding ?? from.bounding,
    ambient: wanted.ambient ?? from.ambient & permitted & inheritable,
  };
}

/** Refuses what the kernel refuses. */
export function checkChange(from: CapabilityState, to: CapabilityState): void {
  allow("permitted", to.permitted, from.permitted, "not permitted now");
  allow("effective", to.effective, to.permitted, "not permitted");
  allow("bounding", to.bounding, from.bounding, "not in the bounding set now");
  const ambient = to.permitted & to.inheritable;
  allow("ambient", to.ambient, ambient, "not both permitted and inheritable");
  if (to.bounding !== from.bounding && !isSubset(SETPCAP, from.effective)) {
    throw new CapabilityError(
      "ERR_CAPABILITY_NOT_ALLOWED",
      "cannot drop capabilities from the bounding set: CAP_SETPCAP is not effective",
    );
  }
  // the bounding set is changed first, and bounds what can become inheritable
  const bounded = from.inheritable | to.bounding;
  allow(
    "inheritable",
    to.inheritable,
    bounded,
    "not in the bounding set",
    "what is inheritable has to be in the bounding set that remains",
  );
  if (isSubset(SETPCAP, from.effective)) return;
  allow(
    "inheritable",
    to.inheritable,
    from.inheritable | from.permitted,
    "not permitted now, and CAP_SETPCAP is not effective",
  );
}

function allow(
  set: string,
  wanted: bigint,
  allowed: bigint,
  why: string,
  hint?: string,
): void {
  if (isSubset(wanted, allowed)) return;
  throw new CapabilityError(
    "ERR_CAPABILITY_NOT_ALLOWED",
    `cannot make ${namesIn(wanted & ~allowed).join(", ")} ${set}: ${why}`,
    hint === undefined ? {} : { hint },
  );
}

function setSteps(from: CapabilitySets, to: CapabilitySets): Step[] {
  const { effective, permitted, inheritable } = to;
  if (
    effective === from.effective &&
    permitted === from.permitted &&
    inheritable === from.inheritable
  )
    return [];
  const call = capset({ effective, permitted, inheritable });
  return [step(call, { why: "the capabilities that remain" })];
}

/** The ambient set that capset(2) leaves. */
function afterCapset(from: CapabilityState, to: CapabilitySets): bigint {
  return from.ambient & to.permitted & to.inheritable;
}

function ambientSteps(from: bigint, to: bigint): Step[] {
  if (from !== 0n && to === 0n) return [clearAmbient()];
  return [
    ...numbersIn(from & ~to).map(lowerAmbient),
    ...numbersIn(to & ~from).map(raiseAmbient),
  ];
}
