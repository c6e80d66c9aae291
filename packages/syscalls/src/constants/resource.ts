/** Resources of prlimit(2) (`RLIMIT_`): include/uapi/asm-generic/resource.h; the same on x64 and arm64. */
export const RlimitResources = {
  /** Seconds. */
  CPU: 0,
  /** Bytes. */
  FSIZE: 1,
  /** Bytes. */
  DATA: 2,
  /** Bytes. */
  STACK: 3,
  /** Bytes. */
  CORE: 4,
  /** Without effect. */
  RSS: 5,
  /** Threads of the real user. */
  NPROC: 6,
  /** One more than the greatest descriptor. */
  NOFILE: 7,
  /** Bytes. */
  MEMLOCK: 8,
  /** Bytes. */
  AS: 9,
  LOCKS: 10,
  SIGPENDING: 11,
  /** Bytes. */
  MSGQUEUE: 12,
  /** 20 minus the lowest nice value. */
  NICE: 13,
  RTPRIO: 14,
  /** Microseconds. */
  RTTIME: 15,
} as const;

/** No limit: include/uapi/linux/resource.h (`RLIM64_INFINITY`). */
export const RLIM_INFINITY = 0xffffffffffffffffn;
