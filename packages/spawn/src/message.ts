/** Kinds of messages on the status descriptor; `failed` is native/nsinit.c's own. */
export const MessageKind = {
  /** A step failed, with this errno. */
  failed: 1,
  /** The command's process has this pid, as the caller sees it. */
  pid: 2,
  /** All is prepared; what is left is to close descriptors, to forbid, and execve. */
  ready: 3,
  /** It waits for the byte of the option `hold`. */
  waiting: 4,
  /** The descriptor, in there, that the filter's notifications are read from. */
  listener: 5,
} as const;
