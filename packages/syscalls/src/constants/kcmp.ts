/** What kcmp(2) compares (`KCMP_`): include/uapi/linux/kcmp.h. */
export const KcmpTypes = {
  /** A descriptor of each: the same file description? */
  FILE: 0,
  VM: 1,
  FILES: 2,
  FS: 3,
  SIGHAND: 4,
  IO: 5,
  SYSVSEM: 6,
} as const;
