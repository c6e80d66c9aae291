import {
  Capabilities,
  capset,
  define,
  type Param,
  type Pointer,
  prctl,
  PrctlOptions,
  step,
  type Step,
} from "@ns/syscalls";
import type { CapabilitySets } from "./options.ts";
import type { Program } from "./program.ts";

/** PR_CAP_AMBIENT's operations: include/uapi/linux/prctl.h. */
const PR_CAP_AMBIENT_RAISE = 2;
/** _LINUX_CAPABILITY_VERSION_3: include/uapi/linux/capability.h. */
const VERSION_3 = 0x20080522;

/** Drops every capability that is not in `kept` from the bounding set; needs CAP_SETPCAP. */
export function dropBoundingSet(
  program: Program,
  kept: readonly number[],
  lastCapability: number,
): void {
  for (let capability = 0; capability <= lastCapability; capability++) {
    if (kept.includes(capability)) continue;
    program.call(
      step(prctl(PrctlOptions.CAPBSET_DROP, capability, 0, 0, 0), {
        why: `never again ${nameOf(capability)}`,
      }),
    );
  }
}

/** Sets the effective, permitted and inheritable sets, then the ambient one; one left out is empty. */
export function setCapabilities(program: Program, sets: CapabilitySets): void {
  const {
    effective = [],
    permitted = [],
    inheritable = [],
    ambient = [],
  } = sets;
  program.call(
    step(
      capset({
        effective: maskOf(effective),
        permitted: maskOf(permitted),
        inheritable: maskOf(inheritable),
      }),
      { why: "the capabilities that remain" },
    ),
  );
  raiseEach(program, ambient);
}

/** Makes `capabilities` survive execve without root: adds them to the inheritable and the ambient set. */
export function raiseAmbient(
  program: Program,
  capabilities: readonly number[],
): void {
  const { header, data } = getCapabilities(program, "the capabilities we have");
  const mask = maskOf(capabilities);
  // struct __user_cap_data_struct twice: effective, permitted, inheritable, 32 bits each.
  program.store({ ...data, at: data.at + 8 }, Number(mask & 0xffffffffn), 4);
  program.store({ ...data, at: data.at + 20 }, Number(mask >> 32n), 4);
  program.call(step(sysCapset(header, data), { why: "make them inheritable" }));
  raiseEach(program, capabilities);
}

/** Puts our sets in the program's own memory: struct __user_cap_data_struct, twice. */
export function getCapabilities(
  program: Program,
  why: string,
): { readonly header: Pointer; readonly data: Pointer; readonly call: Step } {
  const header = program.reserve(8);
  const data = program.reserve(24);
  program.store(header, VERSION_3, 4);
  const call = step(sysCapget(header, data), { why });
  program.call(call);
  return { header, data, call };
}

function raiseEach(program: Program, capabilities: readonly number[]): void {
  for (const capability of capabilities) {
    program.call(
      step(
        prctl(PrctlOptions.CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0),
        {
          why: `keep ${nameOf(capability)} across execve`,
        },
      ),
    );
  }
}

export function maskOf(capabilities: readonly number[]): bigint {
  return capabilities.reduce(
    (mask, capability) => mask | (1n << BigInt(capability)),
    0n,
  );
}

const NAMES = new Map<number, string>(
  Object.entries(Capabilities).map(([name, number]) => [number, `CAP_${name}`]),
);

function nameOf(capability: number): string {
  return NAMES.get(capability) ?? `capability ${capability}`;
}

/** An address within the program itself, filled in by its other operations. */
function place(name: string): Param<Pointer> {
  return {
    name,
    encode: (value) => value,
    format: (value) => `<${name}+${value.at}>`,
  };
}

const sysCapget = define("capget", { x64: 125, arm64: 90 }, () => [
  place("hdrp"),
  place("datap"),
]);
const sysCapset = define("capset", { x64: 126, arm64: 91 }, () => [
  place("hdrp"),
  place("datap"),
]);
