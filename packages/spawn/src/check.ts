import { CloneFlags } from "@ns/syscalls";
import type { IdMapping, SpawnOptions } from "./options.ts";
import { signalNumber } from "./signal.ts";
import { checkStdio } from "./stdio.ts";

/** Every kind of namespace. */
const KINDS =
  CloneFlags.NEWCGROUP |
  CloneFlags.NEWIPC |
  CloneFlags.NEWNET |
  CloneFlags.NEWNS |
  CloneFlags.NEWPID |
  CloneFlags.NEWTIME |
  CloneFlags.NEWUSER |
  CloneFlags.NEWUTS;

const MAX_ID = 0xffffffff;

/**
 * Refuses what cannot be, before anything happens.
 * @throws {TypeError | RangeError} naming the option, the value and what was expected.
 */
export function checkOptions(
  file: string,
  args: readonly string[],
  options: SpawnOptions,
): void {
  if (typeof file !== "string" || file === "")
    throw new TypeError(`invalid file '${file}': expected a path or a name`);
  for (const text of [
    file,
    options.cwd,
    options.argv0,
    options.chroot,
    ...args,
  ])
    checkText(text);
  checkStdio(options.stdio);
  checkKinds("cloneflags", options.cloneflags);
  checkKinds("unshareflags", options.unshareflags);
  checkMappings("uidMappings", options);
  checkMappings("gidMappings", options);
  if (
    options.timeOffsets !== undefined &&
    ((options.cloneflags ?? 0) & CloneFlags.NEWTIME) === 0
  ) {
    throw new TypeError(
      "invalid timeOffsets: expected cloneflags to have CLONE_NEWTIME",
    );
  }
  for (const signal of [options.killSignal, options.pdeathsig])
    if (signal !== undefined) signalNumber(signal);
  checkHold(file, options);
  checkCapabilities(options);
  const { timeout, seccomp } = options;
  if (timeout !== undefined && !(Number.isFinite(timeout) && timeout >= 0)) {
    throw new RangeError(
      `invalid timeout '${timeout}': expected milliseconds, 0 or more`,
    );
  }
  if (
    seccomp !== undefined &&
    (seccomp.filter.byteLength === 0 || seccomp.filter.byteLength % 8 !== 0)
  ) {
    throw new RangeError(
      `invalid seccomp filter of ${seccomp.filter.byteLength} bytes: expected struct sock_filter entries of 8 bytes`,
    );
  }
}

function checkHold(file: string, { hold, pause }: SpawnOptions): void {
  if (hold !== undefined) {
    if (!Number.isInteger(hold) || hold < 0)
      throw new TypeError(`invalid hold '${hold}': expected a descriptor`);
    if (file === "/proc/self/exe")
      throw new TypeError(
        "invalid hold: expected another file than this program",
      );
  }
  for (const { after } of [pause ?? []].flat()) {
    if (!Number.isInteger(after) || after < 0)
      throw new RangeError(
        `invalid pause after '${after}': expected a number of steps`,
      );
  }
}

const CAPABILITY_SETS = [
  "bounding",
  "effective",
  "permitted",
  "inheritable",
  "ambient",
];

/** A set left out is empty: a name that is none, or a list in place of the sets, would take everything away. */
function checkCapabilities({
  capabilities = {},
  ambientCaps,
}: SpawnOptions): void {
  if (Array.isArray(capabilities))
    throw new TypeError(
      "invalid capabilities: expected sets, { effective: [0], … }, not a list",
    );
  for (const [name, set] of Object.entries({ ...capabilities, ambientCaps })) {
    if (name !== "ambientCaps" && !CAPABILITY_SETS.includes(name))
      throw new TypeError(
        `invalid capabilities '${name}': expected ${CAPABILITY_SETS.join(", ")}`,
      );
    for (const capability of set ?? []) {
      if (Number.isInteger(capability) && capability >= 0 && capability < 64)
        continue;
      throw new RangeError(
        `invalid ${name} capability '${String(capability)}': expected its number, 0 to 63`,
      );
    }
  }
}

function checkText(text: string | undefined): void {
  if (text?.includes("\0") === true) {
    throw new TypeError(
      `invalid argument ${JSON.stringify(text)}: expected a string without NUL characters`,
    );
  }
}

function checkKinds(name: string, flags = 0): void {
  const other = flags & ~KINDS;
  if (Number.isInteger(flags) && other === 0) return;
  throw new RangeError(
    `invalid ${name} '0x${(other >>> 0).toString(16)}': expected kinds of namespaces, CLONE_NEW*`,
  );
}

function checkMappings(
  name: "uidMappings" | "gidMappings",
  options: SpawnOptions,
): void {
  const mappings = options[name];
  if (mappings === undefined) return;
  if (((options.cloneflags ?? 0) & CloneFlags.NEWUSER) === 0) {
    throw new TypeError(
      `invalid ${name}: expected cloneflags to have CLONE_NEWUSER`,
    );
  }
  for (const mapping of mappings) checkMapping(name, mapping);
}

function checkMapping(name: string, mapping: IdMapping): void {
  const { containerId, hostId, size } = mapping;
  const valid =
    [containerId, hostId, size].every(
      (n) => Number.isInteger(n) && n >= 0 && n <= MAX_ID,
    ) &&
    size > 0 &&
    containerId + size <= MAX_ID &&
    hostId + size <= MAX_ID;
  if (valid) return;
  throw new RangeError(
    `invalid ${name} entry '${containerId} ${hostId} ${size}': expected a range of ids within 0 to ${MAX_ID - 1}`,
  );
}
