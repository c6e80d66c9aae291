import type { DeviceRule } from "./resources.ts";

/** What is asked of a device: to open or make one. */
export interface DeviceRequest {
  readonly type: "b" | "c";
  readonly major: number;
  readonly minor: number;
  /** One or more of `r`, `w`, `m`. */
  readonly access: string;
}

/** A rule with nothing left to assume. Undefined numbers are every number. */
export interface NormalRule {
  readonly allow: boolean;
  readonly type: "a" | "b" | "c";
  readonly major: number | undefined;
  readonly minor: number | undefined;
  /** A set of {@link AccessBits}. */
  readonly access: number;
}

/** `BPF_DEVCG_ACC_*` of include/uapi/linux/bpf.h. */
export const AccessBits = { m: 1, r: 2, w: 4 } as const;
export const ALL_ACCESS = 7;

const node = (
  type: "b" | "c",
  major: number | undefined,
  minor: number | undefined,
  access = "rwm",
): DeviceRule => ({
  allow: true,
  type,
  access,
  ...(major !== undefined && { major }),
  ...(minor !== undefined && { minor }),
});

/**
 * What every container may use, whatever else is denied; as in runc: any node may be made, though not opened; the
 * devices of the runtime-spec, and pseudo-terminals.
 */
export const DEFAULT_DEVICES: readonly DeviceRule[] = [
  node("c", undefined, undefined, "m"),
  node("b", undefined, undefined, "m"),
  node("c", 1, 3), // null
  node("c", 1, 5), // zero
  node("c", 1, 7), // full
  node("c", 1, 8), // random
  node("c", 1, 9), // urandom
  node("c", 5, 0), // tty
  node("c", 5, 2), // ptmx
  node("c", 136, undefined), // pts/N
];

/**
 * The rules of a container in full: everything is denied, then what it was given, then {@link DEFAULT_DEVICES},
 * which no rule can take away. So an empty list denies everything else.
 */
export function withDefaults(rules: readonly DeviceRule[]): DeviceRule[] {
  return [
    { allow: false, type: "a", access: "rwm" },
    ...rules,
    ...DEFAULT_DEVICES,
  ];
}

/**
 * Whether a list of rules allows a request: for each access asked for, the last rule about the device and that
 * access decides; without one it is denied.
 */
export function allowsDevice(
  rules: readonly DeviceRule[],
  request: DeviceRequest,
): boolean {
  let open = accessBits(request.access);
  for (const rule of rules.map(normalRule).toReversed()) {
    const decided = open & rule.access;
    if (decided === 0 || !isAbout(rule, request)) continue;
    if (!rule.allow) return false;
    open &= ~decided;
  }
  return open === 0;
}

function isAbout(
  rule: NormalRule,
  { type, major, minor }: DeviceRequest,
): boolean {
  return (
    (rule.type === "a" || rule.type === type) &&
    (rule.major === undefined || rule.major === major) &&
    (rule.minor === undefined || rule.minor === minor)
  );
}

/** Fills in what a rule leaves out. */
export function normalRule(rule: DeviceRule): NormalRule {
  return {
    allow: rule.allow,
    type: rule.type ?? "a",
    major: numberOrAny(rule.major),
    minor: numberOrAny(rule.minor),
    access: accessBits(rule.access ?? "rwm"),
  };
}

function numberOrAny(number: number | undefined): number | undefined {
  return number === -1 ? undefined : number;
}

/** `"rm"` as bits. */
export function accessBits(access: string): number {
  return (["r", "w", "m"] as const)
    .filter((letter) => access.includes(letter))
    .reduce((bits, letter) => bits | AccessBits[letter], 0);
}

/** Bits as `"rm"`, in the order of devices.list. */
export function accessText(bits: number): string {
  return (["r", "w", "m"] as const)
    .filter((letter) => (bits & AccessBits[letter]) !== 0)
    .join("");
}

const KEYS = ["allow", "type", "major", "minor", "access"];
const MAX_NUMBER = 0xffffffff;

/**
 * Checks a rule; `at` is what the message calls it.
 * @throws {TypeError | RangeError}
 */
export function checkDeviceRule(value: unknown, at: string): void {
  if (typeof value !== "object" || value === null)
    throw new TypeError(`invalid ${at}: expected an object`);
  const rule = value as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(rule).find((key) => !KEYS.includes(key));
  if (unknown !== undefined)
    throw new TypeError(
      `unknown '${unknown}' in ${at}: expected ${KEYS.join(", ")}`,
    );
  if (typeof rule["allow"] !== "boolean")
    throw new TypeError(`invalid ${at}.allow: expected a boolean`);
  const type = rule["type"] ?? "a";
  if (type !== "a" && type !== "b" && type !== "c")
    throw new RangeError(
      `invalid ${at}.type ${JSON.stringify(type)}: expected a, b or c`,
    );
  for (const key of ["major", "minor"]) {
    const number = rule[key] ?? -1;
    if (
      typeof number !== "number" ||
      !Number.isInteger(number) ||
      number < -1 ||
      number > MAX_NUMBER
    )
      throw new RangeError(
        `invalid ${at}.${key} ${JSON.stringify(number)}: expected a whole number of 32 bits, or -1 for all`,
      );
  }
  const access = rule["access"] ?? "rwm";
  if (
    typeof access !== "string" ||
    !/^[rwm]{1,3}$/.test(access) ||
    new Set(access).size !== access.length
  )
    throw new RangeError(
      `invalid ${at}.access ${JSON.stringify(access)}: expected some of r, w and m`,
    );
}
