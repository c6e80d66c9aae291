import type { BpfInstruction } from "./bpf-instruction.ts";
import { ALL_ACCESS, normalRule, type NormalRule } from "./device-rule.ts";
import type { DeviceRule } from "./resources.ts";

/** `BPF_DEVCG_DEV_*` of include/uapi/linux/bpf.h. */
const DEVICE_TYPES = { b: 1, c: 2 } as const;

/** Where struct bpf_cgroup_dev_ctx has its fields. */
const CONTEXT = { accessType: 0, major: 4, minor: 8 } as const;

/**
 * The program that decides as {@link allowsDevice} does with these rules; for `BPF_PROG_TYPE_CGROUP_DEVICE`.
 *
 * ```
 * r2 type, r3 access asked for and not yet allowed, r4 major, r5 minor
 * for each rule, the last first:
 *   skip it unless type, major and minor are its own
 *   denies:  return 0 if r3 has one of its accesses
 *   allows:  take its accesses out of r3; return 1 if nothing is left
 * return 0
 * ```
 */
export function deviceProgram(rules: readonly DeviceRule[]): BpfInstruction[] {
  const deciding = withoutUnreachable(rules.map(normalRule).toReversed());
  return [
    { op: "load", dst: 2, src: 1, offset: CONTEXT.accessType },
    { op: "copy", dst: 3, src: 2 },
    { op: "and", dst: 2, value: 0xffff },
    { op: "shiftRight", dst: 3, value: 16 },
    { op: "load", dst: 4, src: 1, offset: CONTEXT.major },
    { op: "load", dst: 5, src: 1, offset: CONTEXT.minor },
    // nothing asked for is nothing denied
    { op: "skipUnlessEqual", dst: 3, value: 0, skip: 2 },
    ...verdict(1),
    ...deciding.flatMap(ruleBlock),
    ...verdict(0),
  ];
}

/** Rules after one that is about every device and access have nothing to decide. */
function withoutUnreachable(
  rules: readonly NormalRule[],
): readonly NormalRule[] {
  const last = rules.findIndex(
    ({ type, major, minor, access }) =>
      type === "a" &&
      major === undefined &&
      minor === undefined &&
      access === ALL_ACCESS,
  );
  return last === -1 ? rules : rules.slice(0, last + 1);
}

function ruleBlock(rule: NormalRule): BpfInstruction[] {
  const decision: BpfInstruction[] = rule.allow
    ? [
        { op: "and", dst: 3, value: ~rule.access >>> 0 },
        { op: "skipUnlessEqual", dst: 3, value: 0, skip: 2 },
        ...verdict(1),
      ]
    : [
        { op: "copy", dst: 6, src: 3 },
        { op: "and", dst: 6, value: rule.access },
        { op: "skipIfEqual", dst: 6, value: 0, skip: 2 },
        ...verdict(0),
      ];
  const conditions = [
    ...(rule.type === "a"
      ? []
      : [{ dst: 2, value: DEVICE_TYPES[rule.type] } as const]),
    ...(rule.major === undefined
      ? []
      : [{ dst: 4, value: rule.major } as const]),
    ...(rule.minor === undefined
      ? []
      : [{ dst: 5, value: rule.minor } as const]),
  ];
  const skips = conditions.map(({ dst, value }, i): BpfInstruction => {
    const skip = conditions.length - 1 - i + decision.length;
    return { op: "skipUnlessEqual", dst, value, skip };
  });
  return [...skips, ...decision];
}

function verdict(value: 0 | 1): BpfInstruction[] {
  return [{ op: "set", dst: 0, value }, { op: "exit" }];
}
