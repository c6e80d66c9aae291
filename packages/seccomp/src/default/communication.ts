import { type ContainerRule } from "../profile.ts";

/** Sockets once there are some; `socket` itself has conditions. socketcall is the way of 32-bit x86 to all of them. */
export const SOCKETS: readonly string[] = [
  ...["socketcall", "socketpair", "bind", "connect", "listen"],
  ...["accept", "accept4", "shutdown"],
  ...["getsockname", "getpeername", "getsockopt", "setsockopt"],
  ...["send", "sendto", "sendmsg", "sendmmsg"],
  ...["recv", "recvfrom", "recvmsg", "recvmmsg", "recvmmsg_time64"],
];

/** System V's and POSIX's queues, semaphores and shared memory, which an IPC namespace keeps apart. */
export const IPC: readonly string[] = [
  ...["ipc", "msgget", "msgctl", "msgsnd", "msgrcv"],
  ...["semget", "semctl", "semop", "semtimedop", "semtimedop_time64"],
  ...["shmget", "shmctl", "shmat", "shmdt"],
  ...["mq_open", "mq_unlink", "mq_notify", "mq_getsetattr"],
  ...["mq_timedsend", "mq_timedsend_time64"],
  ...["mq_timedreceive", "mq_timedreceive_time64"],
];

/**
 * Address families (include/linux/socket.h). Not there: those that the kernel no longer has (12 DECnet,
 * 19 Econet, 20 ATM SVC, 23 IrDA, 25 WANPIPE, 34 ISDN, 37 CAIF); 38 ALG, the kernel's ciphers, which few need and
 * which have let users become root; and 40 VSOCK, which no network namespace holds: it leads to the hypervisor.
 */
const FAMILIES: Readonly<Record<string, number>> = {
  UNIX: 1,
  INET: 2,
  AX25: 3,
  IPX: 4,
  APPLETALK: 5,
  NETROM: 6,
  BRIDGE: 7,
  ATMPVC: 8,
  X25: 9,
  INET6: 10,
  ROSE: 11,
  NETBEUI: 13,
  SECURITY: 14,
  KEY: 15,
  NETLINK: 16,
  PACKET: 17,
  ASH: 18,
  RDS: 21,
  SNA: 22,
  PPPOX: 24,
  LLC: 26,
  IB: 27,
  MPLS: 28,
  CAN: 29,
  TIPC: 30,
  BLUETOOTH: 31,
  IUCV: 32,
  RXRPC: 33,
  PHONET: 35,
  IEEE802154: 36,
  NFC: 39,
  KCM: 41,
  QIPCRTR: 42,
  SMC: 43,
  XDP: 44,
  MCTP: 45,
};

/** socket(2) for the families above. Conditions on the same argument are alternatives. */
export const SOCKET: ContainerRule = {
  names: ["socket"],
  action: "SCMP_ACT_ALLOW",
  args: Object.values(FAMILIES).map((value) => ({
    index: 0,
    op: "SCMP_CMP_EQ",
    value,
  })),
};
