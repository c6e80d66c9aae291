/** What a Landlock rule allows on files (`LANDLOCK_ACCESS_FS_`): include/uapi/linux/landlock.h. ABI 1 (Linux 5.13) unless told. */
export const LandlockFsAccess = {
  EXECUTE: 0x1,
  WRITE_FILE: 0x2,
  READ_FILE: 0x4,
  /** Open or list a directory. */
  READ_DIR: 0x8,
  REMOVE_DIR: 0x10,
  /** Unlink or rename. */
  REMOVE_FILE: 0x20,
  MAKE_CHAR: 0x40,
  MAKE_DIR: 0x80,
  MAKE_REG: 0x100,
  MAKE_SOCK: 0x200,
  MAKE_FIFO: 0x400,
  MAKE_BLOCK: 0x800,
  MAKE_SYM: 0x1000,
  /** Rename or link from one directory to another. ABI 2, Linux 5.19; denied by any ruleset before. */
  REFER: 0x2000,
  /** ABI 3, Linux 6.2. */
  TRUNCATE: 0x4000,
  /** ioctl on devices. ABI 5, Linux 6.10. */
  IOCTL_DEV: 0x8000,
} as const;

/** What a Landlock rule allows on the network (`LANDLOCK_ACCESS_NET_`): include/uapi/linux/landlock.h. ABI 4, Linux 6.7. */
export const LandlockNetAccess = { BIND_TCP: 0x1, CONNECT_TCP: 0x2 } as const;

/** What a Landlock domain keeps to itself (`LANDLOCK_SCOPE_`): include/uapi/linux/landlock.h. ABI 6, Linux 6.12. */
export const LandlockScopes = {
  /** No connection to abstract Unix sockets made outside. */
  ABSTRACT_UNIX_SOCKET: 0x1,
  /** No signals to processes outside. */
  SIGNAL: 0x2,
} as const;

/** Flags of landlock_create_ruleset(2) (`LANDLOCK_CREATE_RULESET_`): include/uapi/linux/landlock.h. */
export const LandlockCreateFlags = {
  /** The result is the version of the ABI. */
  VERSION: 0x1,
  /** The result is the set of errata that are fixed. Linux 6.15. */
  ERRATA: 0x2,
} as const;

/** Kinds of Landlock rule (`LANDLOCK_RULE_`): include/uapi/linux/landlock.h. */
export const LandlockRuleTypes = {
  PATH_BENEATH: 1,
  /** ABI 4, Linux 6.7. */
  NET_PORT: 2,
} as const;

/** Flags of landlock_restrict_self(2) (`LANDLOCK_RESTRICT_SELF_`): include/uapi/linux/landlock.h. ABI 7, Linux 6.15. */
export const LandlockRestrictFlags = {
  LOG_SAME_EXEC_OFF: 0x1,
  LOG_NEW_EXEC_ON: 0x2,
  LOG_SUBDOMAINS_OFF: 0x4,
  /** All threads of the process. ABI 8, Linux 7.0. */
  TSYNC: 0x8,
} as const;
