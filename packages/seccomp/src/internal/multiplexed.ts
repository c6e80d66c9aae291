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
