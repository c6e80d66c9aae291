/** Flags of clone(2), clone3(2), unshare(2) and setns(2): include/uapi/linux/sched.h. */
export const CloneFlags = {
  /** A new time namespace. unshare, setns and clone3 only. Linux 5.6. */
  NEWTIME: 0x00000080,
  /** Share the address space. */
  VM: 0x00000100,
  /** Share the working directory, root and umask. */
  FS: 0x00000200,
  /** Share the descriptor table. */
  FILES: 0x00000400,
  /** Share the signal handlers. */
  SIGHAND: 0x00000800,
  /** Return a pidfd. Linux 5.2. */
  PIDFD: 0x00001000,
  PTRACE: 0x00002000,
  /** The parent waits until the child has executed or exited. */
  VFORK: 0x00004000,
  /** The child's parent is the caller's parent. */
  PARENT: 0x00008000,
  THREAD: 0x00010000,
  /** A new mount namespace. Linux 2.4.19. */
  NEWNS: 0x00020000,
  SYSVSEM: 0x00040000,
  SETTLS: 0x00080000,
  PARENT_SETTID: 0x00100000,
  CHILD_CLEARTID: 0x00200000,
  DETACHED: 0x00400000,
  UNTRACED: 0x00800000,
  CHILD_SETTID: 0x01000000,
  /** A new cgroup namespace. Linux 4.6. */
  NEWCGROUP: 0x02000000,
  /** A new UTS namespace: host and domain name. Linux 2.6.19. */
  NEWUTS: 0x04000000,
  /** A new IPC namespace: System V IPC and POSIX message queues. Linux 2.6.19. */
  NEWIPC: 0x08000000,
  /** A new user namespace. Linux 3.8. */
  NEWUSER: 0x10000000,
  /** A new PID namespace. Linux 2.6.24. */
  NEWPID: 0x20000000,
  /** A new network namespace. Linux 2.6.24. */
  NEWNET: 0x40000000,
  IO: 0x80000000,
} as const;

/** Flags that only clone3(2) takes, wider than 32 bits: include/uapi/linux/sched.h. */
export const Clone3Flags = {
  /** Signal handlers of the child are reset. Linux 5.5. */
  CLEAR_SIGHAND: 0x100000000n,
  /** The child starts in the cgroup whose directory `cgroup` refers to. Linux 5.7. */
  INTO_CGROUP: 0x200000000n,
} as const;
