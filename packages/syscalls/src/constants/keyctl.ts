/** Operations of keyctl(2) (`KEYCTL_`): include/uapi/linux/keyctl.h. */
export const KeyctlOperations = {
  GET_KEYRING_ID: 0,
  /** Joins a session keyring, a new one without a name: what a container does first. */
  JOIN_SESSION_KEYRING: 1,
  UPDATE: 2,
  REVOKE: 3,
  CHOWN: 4,
  SETPERM: 5,
  DESCRIBE: 6,
  CLEAR: 7,
  LINK: 8,
  UNLINK: 9,
  SEARCH: 10,
  READ: 11,
  INSTANTIATE: 12,
  NEGATE: 13,
  SET_REQKEY_KEYRING: 14,
  SET_TIMEOUT: 15,
  ASSUME_AUTHORITY: 16,
  GET_SECURITY: 17,
  SESSION_TO_PARENT: 18,
  INVALIDATE: 21,
  GET_PERSISTENT: 22,
  RESTRICT_KEYRING: 29,
} as const;

/** Keyrings by a fixed name (`KEY_SPEC_`): include/uapi/linux/keyctl.h. */
export const KeySpecs = {
  THREAD_KEYRING: -1,
  PROCESS_KEYRING: -2,
  SESSION_KEYRING: -3,
  USER_KEYRING: -4,
  USER_SESSION_KEYRING: -5,
} as const;
