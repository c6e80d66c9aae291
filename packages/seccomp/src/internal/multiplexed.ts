import type { ArchitectureName } from "../architecture.ts";

/**
 * Whether some 32-bit architectures have this syscall also as a part of socketcall(2) or ipc(2), which libseccomp sees
 * to: it gets the rules for these even where their conditions are compared before.
 */
export function isMultiplexed(name: string): boolean {
  return MULTIPLEXED.has(name);
}

const MULTIPLEXED: ReadonlySet<string> = new Set([
  ...["socket", "bind", "connect", "listen", "accept", "accept4"],
  ...["getsockname", "getpeername", "socketpair", "shutdown"],
  ...["send", "sendto", "sendmsg", "sendmmsg"],
  ...["recv", "recvfrom", "recvmsg", "recvmmsg"],
  ...["getsockopt", "setsockopt"],
  ...["msgctl", "msgget", "msgrcv", "msgsnd"],
  ...["semctl", "semget", "semop", "semtimedop"],
  ...["shmat", "shmctl", "shmdt", "shmget"],
]);

/**
 * Whether an architecture's own numbers for these syscalls, if it has them only in socketcall and ipc, are known here.
 * If so the rules are compiled here, and libseccomp gets one of them, for socketcall.
 */
export function hasDirectNumbers(architecture: ArchitectureName): boolean {
  return DIRECT.has(architecture.slice("SCMP_ARCH_".length));
}

const DIRECT: ReadonlySet<string> = new Set([
  ...["X86_64", "X32", "X86", "AARCH64", "ARM", "RISCV64", "LOONGARCH64"],
]);

/**
 * The numbers that 32-bit x86 has for these since Linux 4.3 and 5.1 (arch/x86/entry/syscalls/syscall_32.tbl). libseccomp
 * has numbers of its own for them there, and sees to both ways when it gets their rules.
 */
export const X86_NUMBERS: Readonly<Record<string, number>> = {
  socket: 359,
  socketpair: 360,
  bind: 361,
  connect: 362,
  listen: 363,
  accept4: 364,
  getsockopt: 365,
  setsockopt: 366,
  getsockname: 367,
  getpeername: 368,
  sendto: 369,
  sendmsg: 370,
  recvfrom: 371,
  recvmsg: 372,
  shutdown: 373,
  semget: 393,
  semctl: 394,
  shmget: 395,
  shmctl: 396,
  shmat: 397,
  shmdt: 398,
  msgget: 399,
  msgsnd: 400,
  msgrcv: 401,
  msgctl: 402,
};
