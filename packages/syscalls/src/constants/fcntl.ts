/** Commands of fcntl(2) (`F_`): include/uapi/asm-generic/fcntl.h, include/uapi/linux/fcntl.h. */
export const FcntlCommands = {
  DUPFD: 0,
  GETFD: 1,
  SETFD: 2,
  GETFL: 3,
  SETFL: 4,
  GETLK: 5,
  SETLK: 6,
  SETLKW: 7,
  SETOWN: 8,
  GETOWN: 9,
  SETSIG: 10,
  GETSIG: 11,
  OFD_GETLK: 36,
  OFD_SETLK: 37,
  OFD_SETLKW: 38,
  SETLEASE: 1024,
  GETLEASE: 1025,
  NOTIFY: 1026,
  /** 1 if two descriptors share a file description. Linux 6.10. */
  DUPFD_QUERY: 1027,
  DUPFD_CLOEXEC: 1030,
  SETPIPE_SZ: 1031,
  GETPIPE_SZ: 1032,
  ADD_SEALS: 1033,
  GET_SEALS: 1034,
} as const;

/** Descriptor flags (`FD_`): include/uapi/asm-generic/fcntl.h. */
export const FdFlags = { CLOEXEC: 0x1 } as const;

/** Seals of a memfd (`F_SEAL_`): include/uapi/linux/fcntl.h. */
export const SealFlags = {
  /** No more seals. */
  SEAL: 0x1,
  SHRINK: 0x2,
  GROW: 0x4,
  WRITE: 0x8,
  /** No new writable mappings; those that are there stay. Linux 5.1. */
  FUTURE_WRITE: 0x10,
  /** The execute bits stay as they are. Linux 6.3. */
  EXEC: 0x20,
} as const;
