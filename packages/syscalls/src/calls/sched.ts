import type { Fd } from "../argument.ts";
import {
  IoprioClasses,
  IoprioTargets,
  MemoryPolicy,
  PriorityTargets,
  SchedFlags,
  SchedPolicy,
} from "../constants/sched.ts";
import { flags, int, oneOf, type Param, word } from "../param.ts";
import { input, output, struct } from "../pointer.ts";
import { type Layout, layout } from "../struct.ts";
import { define, type Syscall } from "../syscall.ts";

/** The arguments of sched_setattr(2): struct sched_attr. Fields left out are zero. */
export interface SchedAttr {
  /** `SCHED_*`. */
  readonly sched_policy: number;
  /** `SCHED_FLAG_*`. */
  readonly sched_flags?: number | bigint | undefined;
  /** For `NORMAL` and `BATCH`: -20 to 19. */
  readonly sched_nice?: number | undefined;
  /** For `FIFO` and `RR`: 1 to 99. */
  readonly sched_priority?: number | undefined;
  /** For `DEADLINE`, in nanoseconds. */
  readonly sched_runtime?: number | bigint | undefined;
  readonly sched_deadline?: number | bigint | undefined;
  readonly sched_period?: number | bigint | undefined;
  /** 0 to 1024, with `UTIL_CLAMP_MIN`. Linux 5.3. */
  readonly sched_util_min?: number | undefined;
  readonly sched_util_max?: number | undefined;
}

type SchedAttrFields = SchedAttr & { readonly size: number };

/** struct sched_attr of include/uapi/linux/sched/types.h, as of Linux 5.3. */
export const schedAttrLayout: Layout<SchedAttrFields> = layout<SchedAttrFields>(
  "sched_attr",
  {
    size: "u32",
    sched_policy: {
      type: "u32",
      param: oneOf("sched_policy", { prefix: "SCHED_", values: SchedPolicy }),
    },
    sched_flags: {
      type: "u64",
      param: flags("sched_flags", {
        prefix: "SCHED_FLAG_",
        values: SchedFlags,
      }),
    },
    sched_nice: "i32",
    sched_priority: "u32",
    sched_runtime: "u64",
    sched_deadline: "u64",
    sched_period: "u64",
    sched_util_min: "u32",
    sched_util_max: "u32",
  },
);

const sysSchedSetattr = define(
  "sched_setattr",
  { x64: 314, arm64: 274 },
  () => [word("pid"), struct("attr", schedAttrLayout), int("flags")],
);

/**
 * Sets the scheduling policy of a thread, 0 for the caller; see sched_setattr(2). Linux 3.14.
 * @throws {SyscallError} `EPERM` for a real-time policy without CAP_SYS_NICE or RLIMIT_RTPRIO.
 */
export function schedSetattr(pid: Fd, attr: SchedAttr): Syscall {
  return sysSchedSetattr(pid, { size: schedAttrLayout.size, ...attr }, 0);
}

const sysSchedSetaffinity = define(
  "sched_setaffinity",
  { x64: 203, arm64: 122 },
  () => [word("pid"), int("cpusetsize"), numberSet("mask")],
);

/** Lets a thread, 0 for the caller, run on these CPUs only; see sched_setaffinity(2). */
export function schedSetaffinity(pid: Fd, cpus: readonly number[]): Syscall {
  return sysSchedSetaffinity(pid, maskSize(cpus), cpus);
}

const sysSchedGetaffinity = define(
  "sched_getaffinity",
  { x64: 204, arm64: 123 },
  () => [word("pid"), int("cpusetsize"), output("mask")],
  { man: "sched_setaffinity(2)" },
);

/**
 * Puts the CPUs a thread may run on in `mask`, a bit for each, of a multiple of 8 bytes; the result is how many
 * bytes were written; see sched_setaffinity(2).
 * @throws {SyscallError} `EINVAL` if `mask` is too small for the CPUs the kernel knows.
 */
export function schedGetaffinity(pid: Fd, mask: Uint8Array): Syscall {
  return sysSchedGetaffinity(pid, mask.byteLength, mask);
}

const WHICH = oneOf("which", { prefix: "PRIO_", values: PriorityTargets });

const sysSetpriority = define(
  "setpriority",
  { x64: 141, arm64: 140 },
  () => [WHICH, word("who"), int("prio")],
  {
    man: "getpriority(2)",
  },
);

/** Sets the nice value, -20 to 19, of a process, process group or user; see getpriority(2). */
export function setpriority(which: number, who: Fd, nice: number): Syscall {
  return sysSetpriority(which, who, nice);
}

const sysGetpriority = define("getpriority", { x64: 140, arm64: 141 }, () => [
  WHICH,
  word("who"),
]);

/** The result is 20 minus the nice value, as the kernel has it; see getpriority(2). */
export function getpriority(which: number, who: Fd = 0): Syscall {
  return sysGetpriority(which, who);
}

const IOPRIO_WHICH = oneOf("which", {
  prefix: "IOPRIO_WHO_",
  values: IoprioTargets,
});

const sysIoprioSet = define("ioprio_set", { x64: 251, arm64: 30 }, () => [
  IOPRIO_WHICH,
  word("who"),
  ioprioParam("ioprio"),
]);

/** Sets the input and output priority of a process, process group or user; see ioprio_set(2) and {@link ioprio}. */
export function ioprioSet(which: number, who: Fd, priority: number): Syscall {
  return sysIoprioSet(which, who, priority);
}

const sysIoprioGet = define(
  "ioprio_get",
  { x64: 252, arm64: 31 },
  () => [IOPRIO_WHICH, word("who")],
  {
    man: "ioprio_set(2)",
  },
);

/** The result is the input and output priority; see ioprio_set(2). */
export function ioprioGet(which: number, who: Fd = 0): Syscall {
  return sysIoprioGet(which, who);
}

const IOPRIO_CLASS_SHIFT = 13;

/** An input and output priority: a class and a level, 0 (first) to 7. */
export function ioprio(ioprioClass: number, level: number): number {
  if (!Number.isInteger(level) || level < 0 || level > 7) {
    throw new RangeError(`invalid level '${level}': expected 0 to 7`);
  }
  return (ioprioClass << IOPRIO_CLASS_SHIFT) | level;
}

const sysSetMempolicy = define(
  "set_mempolicy",
  { x64: 238, arm64: 237 },
  () => [memoryPolicy("mode"), numberSet("nodemask"), int("maxnode")],
);

/** Sets from which NUMA nodes the thread's memory comes; see set_mempolicy(2). */
export function setMempolicy(mode: number, nodes: readonly number[]): Syscall {
  // The kernel looks at one bit less than maxnode says.
  return sysSetMempolicy(mode, nodes, maskSize(nodes) * 8 + 1);
}

/** Bytes of a mask with a bit for each number: whole C longs. */
function maskSize(numbers: readonly number[]): number {
  return (Math.floor(Math.max(0, ...numbers) / 64) + 1) * 8;
}

function numberSet(name: string): Param<readonly number[]> {
  const bytes = input(name);
  return {
    name,
    encode: (numbers, arena) => {
      const mask = Buffer.alloc(maskSize(numbers));
      for (const each of numbers) {
        if (!Number.isInteger(each) || each < 0) {
          throw new RangeError(
            `invalid ${name} '${each}': expected whole numbers from 0`,
          );
        }
        mask[each >> 3] = (mask[each >> 3] ?? 0) | (1 << (each & 7));
      }
      return bytes.encode(mask, arena);
    },
    format: (numbers) => `[${numbers.join(", ")}]`,
  };
}

function ioprioParam(name: string): Param<number> {
  const { encode } = oneOf(name, { prefix: "", values: {} });
  const classes = oneOf(name, {
    prefix: "IOPRIO_CLASS_",
    values: IoprioClasses,
  });
  return {
    name,
    encode,
    format: (value) =>
      `IOPRIO_PRIO_VALUE(${classes.format(value >> IOPRIO_CLASS_SHIFT)}, ${value & ((1 << IOPRIO_CLASS_SHIFT) - 1)})`,
  };
}

function memoryPolicy(name: string): Param<number> {
  const { F_NUMA_BALANCING, F_RELATIVE_NODES, F_STATIC_NODES, ...modes } =
    MemoryPolicy;
  const mode = oneOf(name, { prefix: "MPOL_", values: modes });
  const extra = flags(name, {
    prefix: "MPOL_",
    values: { F_NUMA_BALANCING, F_RELATIVE_NODES, F_STATIC_NODES },
  });
  return {
    name,
    encode: mode.encode,
    format: (value) => {
      const rest = extra.format(value & ~0xfff);
      return rest === "0"
        ? mode.format(value & 0xfff)
        : `${mode.format(value & 0xfff)}|${rest}`;
    },
  };
}
