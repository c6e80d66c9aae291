/** Scheduling policies (`SCHED_`): include/uapi/linux/sched.h. */
export const SchedPolicy = {
  /** SCHED_OTHER by its name in sched(7). */
  NORMAL: 0,
  FIFO: 1,
  RR: 2,
  BATCH: 3,
  IDLE: 5,
  /** Linux 3.14. */
  DEADLINE: 6,
  /** Linux 6.12. */
  EXT: 7,
} as const;

/** Flags of sched_setattr(2) (`SCHED_FLAG_`): include/uapi/linux/sched.h. */
export const SchedFlags = {
  /** Children start with the default policy. */
  RESET_ON_FORK: 0x01,
  RECLAIM: 0x02,
  DL_OVERRUN: 0x04,
  KEEP_POLICY: 0x08,
  KEEP_PARAMS: 0x10,
  UTIL_CLAMP_MIN: 0x20,
  UTIL_CLAMP_MAX: 0x40,
} as const;

/** Whose priority getpriority(2) and setpriority(2) mean (`PRIO_`): include/uapi/linux/resource.h. */
export const PriorityTargets = { PROCESS: 0, PGRP: 1, USER: 2 } as const;

/** Classes of input and output priority (`IOPRIO_CLASS_`): include/uapi/linux/ioprio.h. */
export const IoprioClasses = { NONE: 0, RT: 1, BE: 2, IDLE: 3 } as const;

/** Whose priority ioprio_set(2) means (`IOPRIO_WHO_`): include/uapi/linux/ioprio.h. */
export const IoprioTargets = { PROCESS: 1, PGRP: 2, USER: 3 } as const;

/** Modes and flags of set_mempolicy(2) (`MPOL_`): include/uapi/linux/mempolicy.h. */
export const MemoryPolicy = {
  DEFAULT: 0,
  PREFERRED: 1,
  BIND: 2,
  INTERLEAVE: 3,
  LOCAL: 4,
  /** Linux 5.15. */
  PREFERRED_MANY: 5,
  /** Linux 6.9. */
  WEIGHTED_INTERLEAVE: 6,
  F_NUMA_BALANCING: 0x2000,
  F_RELATIVE_NODES: 0x4000,
  F_STATIC_NODES: 0x8000,
} as const;
