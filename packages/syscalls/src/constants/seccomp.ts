/** Operations of seccomp(2) (`SECCOMP_`): include/uapi/linux/seccomp.h. */
export const SeccompOperations = {
  SET_MODE_STRICT: 0,
  SET_MODE_FILTER: 1,
  /** Linux 4.14. */
  GET_ACTION_AVAIL: 2,
  /** Linux 5.0. */
  GET_NOTIF_SIZES: 3,
} as const;

/** Flags of seccomp(SECCOMP_SET_MODE_FILTER) (`SECCOMP_FILTER_FLAG_`): include/uapi/linux/seccomp.h. */
export const SeccompFlags = {
  /** Every thread of the process gets the filter. */
  TSYNC: 0x1,
  /** Linux 4.14. */
  LOG: 0x2,
  /** Linux 4.17. */
  SPEC_ALLOW: 0x4,
  /** The result is a descriptor that a supervisor reads notifications from. Linux 5.0. */
  NEW_LISTENER: 0x8,
  /** Linux 5.7. */
  TSYNC_ESRCH: 0x10,
  /** Linux 5.19. */
  WAIT_KILLABLE_RECV: 0x20,
} as const;

/** What a filter returns (`SECCOMP_RET_`): include/uapi/linux/seccomp.h. */
export const SeccompActions = {
  KILL_PROCESS: 0x80000000,
  KILL_THREAD: 0x00000000,
  TRAP: 0x00030000,
  ERRNO: 0x00050000,
  USER_NOTIF: 0x7fc00000,
  TRACE: 0x7ff00000,
  LOG: 0x7ffc0000,
  ALLOW: 0x7fff0000,
} as const;
