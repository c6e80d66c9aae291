/** Events of poll(2) (`POLL`): include/uapi/asm-generic/poll.h. */
export const PollEvents = {
  IN: 0x1,
  PRI: 0x2,
  OUT: 0x4,
  ERR: 0x8,
  HUP: 0x10,
  NVAL: 0x20,
  RDNORM: 0x40,
  RDBAND: 0x80,
  RDHUP: 0x2000,
} as const;
