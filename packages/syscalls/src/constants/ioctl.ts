/**
 * Requests of ioctl(2), by their names: include/uapi/asm-generic/ioctls.h, include/uapi/linux/nsfs.h,
 * include/uapi/linux/pidfd.h, include/uapi/linux/seccomp.h, include/uapi/linux/sockios.h, include/uapi/linux/fs.h; the same
 * on x64 and arm64.
 */
export const IoctlRequests = {
  TCGETS: 0x5401,
  TCSETS: 0x5402,
  /** Makes a terminal the controlling one of the session that the caller leads. */
  TIOCSCTTY: 0x540e,
  TIOCGPGRP: 0x540f,
  TIOCSPGRP: 0x5410,
  /** Puts a byte in a terminal's input: what a sandbox must not be able to do to the terminal outside. */
  TIOCSTI: 0x5412,
  TIOCGWINSZ: 0x5413,
  TIOCSWINSZ: 0x5414,
  /** Subcodes for Linux's consoles, one of which (TIOCL_SETSEL, paste) writes input as TIOCSTI does. */
  TIOCLINUX: 0x541c,
  FIONREAD: 0x541b,
  FIONBIO: 0x5421,
  /** Gives up the controlling terminal. */
  TIOCNOTTY: 0x5422,
  TIOCGSID: 0x5429,
  /** The number of a pseudoterminal's slave. */
  TIOCGPTN: 0x80045430,
  /** Locks (1) or unlocks (0) a pseudoterminal's slave. */
  TIOCSPTLCK: 0x40045431,
  /** Opens a pseudoterminal's slave by its master, without a path. Linux 4.13. */
  TIOCGPTPEER: 0x5441,
  /** The user namespace that owns a namespace. Linux 4.9. */
  NS_GET_USERNS: 0xb701,
  /** The parent of a user or PID namespace. Linux 4.9. */
  NS_GET_PARENT: 0xb702,
  /** Which kind of namespace it is, as its `CLONE_NEW*`. Linux 4.11. */
  NS_GET_NSTYPE: 0xb703,
  /** The user that made a user namespace. Linux 4.11. */
  NS_GET_OWNER_UID: 0xb704,
  /** The id of a mount namespace, for statmount. Linux 6.11. */
  NS_GET_MNTNS_ID: 0x8008b705,
  /** A process id of a PID namespace, as the caller's. Linux 6.11. */
  NS_GET_PID_FROM_PIDNS: 0x8004b706,
  NS_GET_TGID_FROM_PIDNS: 0x8004b707,
  /** A process id of the caller's, as that PID namespace's. Linux 6.11. */
  NS_GET_PID_IN_PIDNS: 0x8004b708,
  NS_GET_TGID_IN_PIDNS: 0x8004b709,
  /** A namespace of the process a pidfd refers to, as a descriptor. Linux 6.11. */
  PIDFD_GET_CGROUP_NAMESPACE: 0xff01,
  PIDFD_GET_IPC_NAMESPACE: 0xff02,
  PIDFD_GET_MNT_NAMESPACE: 0xff03,
  PIDFD_GET_NET_NAMESPACE: 0xff04,
  PIDFD_GET_PID_NAMESPACE: 0xff05,
  PIDFD_GET_PID_FOR_CHILDREN_NAMESPACE: 0xff06,
  PIDFD_GET_TIME_NAMESPACE: 0xff07,
  PIDFD_GET_TIME_FOR_CHILDREN_NAMESPACE: 0xff08,
  PIDFD_GET_USER_NAMESPACE: 0xff09,
  PIDFD_GET_UTS_NAMESPACE: 0xff0a,
  /** Takes the next notification of a seccomp listener. Linux 5.0. */
  SECCOMP_IOCTL_NOTIF_RECV: 0xc0502100,
  /** Answers one. Linux 5.0. */
  SECCOMP_IOCTL_NOTIF_SEND: 0xc0182101,
  /** Whether a notification still waits for its answer. Linux 5.17 in this direction, 5.0 in the other. */
  SECCOMP_IOCTL_NOTIF_ID_VALID: 0x40082102,
  /** Gives the process that waits a descriptor. Linux 5.9. */
  SECCOMP_IOCTL_NOTIF_ADDFD: 0x40182103,
  SIOCGIFFLAGS: 0x8913,
  SIOCSIFFLAGS: 0x8914,
  SIOCGIFINDEX: 0x8933,
  /** Shares the blocks of another file. */
  FICLONE: 0x40049409,
  FS_IOC_GETFLAGS: 0x80086601,
  FS_IOC_SETFLAGS: 0x40086602,
} as const;

/** Flags of a network interface (`IFF_`): include/uapi/linux/if.h. */
export const InterfaceFlags = {
  UP: 0x1,
  BROADCAST: 0x2,
  LOOPBACK: 0x8,
  POINTOPOINT: 0x10,
  RUNNING: 0x40,
  NOARP: 0x80,
  PROMISC: 0x100,
  ALLMULTI: 0x200,
  MULTICAST: 0x1000,
} as const;
