/** Options of prctl(2) (`PR_`): include/uapi/linux/prctl.h. */
export const PrctlOptions = {
  /** The signal this thread's process gets when the thread that made it ends; cleared by credential changes. */
  SET_PDEATHSIG: 1,
  GET_PDEATHSIG: 2,
  GET_DUMPABLE: 3,
  SET_DUMPABLE: 4,
  GET_KEEPCAPS: 7,
  /** Keep the permitted capabilities when all user ids become non-zero. */
  SET_KEEPCAPS: 8,
  SET_NAME: 15,
  GET_NAME: 16,
  GET_SECCOMP: 21,
  SET_SECCOMP: 22,
  CAPBSET_READ: 23,
  /** Drop a capability from the bounding set. */
  CAPBSET_DROP: 24,
  GET_SECUREBITS: 27,
  SET_SECUREBITS: 28,
  SET_TIMERSLACK: 29,
  GET_TIMERSLACK: 30,
  SET_MM: 35,
  /** Orphaned descendants become our children. Linux 3.4. */
  SET_CHILD_SUBREAPER: 36,
  GET_CHILD_SUBREAPER: 37,
  /** execve grants no privileges any more. Linux 3.5. */
  SET_NO_NEW_PRIVS: 38,
  GET_NO_NEW_PRIVS: 39,
  SET_THP_DISABLE: 41,
  GET_THP_DISABLE: 42,
  CAP_AMBIENT: 47,
  GET_SPECULATION_CTRL: 52,
  SET_SPECULATION_CTRL: 53,
  SET_IO_FLUSHER: 57,
  SCHED_CORE: 62,
  SET_VMA: 0x53564d41,
} as const;

/** What prctl(PR_CAP_AMBIENT) does (`PR_CAP_AMBIENT_`): include/uapi/linux/prctl.h. Linux 4.3. */
export const CapAmbientOperations = {
  IS_SET: 1,
  RAISE: 2,
  LOWER: 3,
  CLEAR_ALL: 4,
} as const;

/** Securebits (`SECBIT_`), each with the bit that locks it: include/uapi/linux/securebits.h. */
export const SecureBits = {
  NOROOT: 0x1,
  NOROOT_LOCKED: 0x2,
  NO_SETUID_FIXUP: 0x4,
  NO_SETUID_FIXUP_LOCKED: 0x8,
  KEEP_CAPS: 0x10,
  KEEP_CAPS_LOCKED: 0x20,
  NO_CAP_AMBIENT_RAISE: 0x40,
  NO_CAP_AMBIENT_RAISE_LOCKED: 0x80,
} as const;
