/** Address families (`AF_`): include/linux/socket.h. */
export const SocketFamily = {
  UNSPEC: 0,
  UNIX: 1,
  INET: 2,
  INET6: 10,
  NETLINK: 16,
  PACKET: 17,
  VSOCK: 40,
} as const;

/** Types of socket, and flags that may be or'ed with one (`SOCK_`): include/linux/net.h. */
export const SocketType = {
  STREAM: 1,
  DGRAM: 2,
  RAW: 3,
  SEQPACKET: 5,
  NONBLOCK: 0x800,
  CLOEXEC: 0x80000,
} as const;

/** Socket options' levels (`SOL_`): include/linux/socket.h. */
export const SocketLevel = { SOCKET: 1, NETLINK: 270 } as const;

/** Socket options of the level SOL_SOCKET (`SO_`): include/uapi/asm-generic/socket.h. */
export const SocketOptions = {
  REUSEADDR: 2,
  TYPE: 3,
  ERROR: 4,
  SNDBUF: 7,
  RCVBUF: 8,
  PASSCRED: 16,
  PEERCRED: 17,
  RCVTIMEO: 20,
  SNDTIMEO: 21,
  BINDTODEVICE: 25,
  PEERSEC: 31,
  PROTOCOL: 38,
  DOMAIN: 39,
  /** Linux 6.5. */
  PASSPIDFD: 76,
  /** Linux 6.5. */
  PEERPIDFD: 77,
} as const;

/** Types of control message of the level SOL_SOCKET (`SCM_`): include/linux/socket.h. */
export const ScmTypes = {
  /** Descriptors. */
  RIGHTS: 1,
  /** The sender's pid, uid and gid. */
  CREDENTIALS: 2,
  /** The sender's pidfd. Linux 6.5. */
  PIDFD: 4,
} as const;

/** Flags of sendmsg(2) and recvmsg(2) (`MSG_`): include/linux/socket.h. */
export const MsgFlags = {
  OOB: 0x1,
  PEEK: 0x2,
  DONTROUTE: 0x4,
  /** Control messages, and so descriptors, were lost. */
  CTRUNC: 0x8,
  /** The datagram was longer than the buffer. */
  TRUNC: 0x20,
  DONTWAIT: 0x40,
  EOR: 0x80,
  WAITALL: 0x100,
  /** A closed connection is EPIPE, without SIGPIPE. */
  NOSIGNAL: 0x4000,
  MORE: 0x8000,
  /** Descriptors received are close-on-exec. */
  CMSG_CLOEXEC: 0x40000000,
} as const;
