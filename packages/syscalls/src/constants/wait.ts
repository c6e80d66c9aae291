/** Options of wait4(2) and waitid(2) (`W`): include/uapi/linux/wait.h. */
export const WaitOptions = {
  /** Do not wait. */
  NOHANG: 0x1,
  /** waitid: children that stopped. */
  STOPPED: 0x2,
  /** wait4: the same. */
  UNTRACED: 0x2,
  /** waitid: children that ended. */
  EXITED: 0x4,
  CONTINUED: 0x8,
  /** Leave the child to be waited for again. */
  NOWAIT: 0x1000000,
} as const;

/** Whom waitid(2) waits for (`P_`): include/uapi/linux/wait.h. */
export const WaitIdTypes = {
  ALL: 0,
  PID: 1,
  PGID: 2,
  /** Linux 5.4. */
  PIDFD: 3,
} as const;

/** Why waitid(2) returned (`CLD_`): include/uapi/asm-generic/siginfo.h. */
export const ChildCodes = {
  EXITED: 1,
  KILLED: 2,
  DUMPED: 3,
  TRAPPED: 4,
  STOPPED: 5,
  CONTINUED: 6,
} as const;

/** Flags of pidfd_open(2): include/uapi/linux/pidfd.h (`PIDFD_`). */
export const PidfdFlags = {
  /** poll and waitid do not block. Linux 5.10. */
  NONBLOCK: 0x800,
  /** The descriptor refers to a thread. Linux 6.9. */
  THREAD: 0x80,
} as const;
