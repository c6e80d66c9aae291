import { Capabilities } from "@ns/syscalls";

/** What root in a container keeps: docker's default set. */
export const CONTAINER_CAPABILITIES: readonly number[] = [
  Capabilities.CHOWN,
  Capabilities.DAC_OVERRIDE,
  Capabilities.FOWNER,
  Capabilities.FSETID,
  Capabilities.KILL,
  Capabilities.SETGID,
  Capabilities.SETUID,
  Capabilities.SETPCAP,
  Capabilities.NET_BIND_SERVICE,
  Capabilities.NET_RAW,
  Capabilities.SYS_CHROOT,
  Capabilities.MKNOD,
  Capabilities.AUDIT_WRITE,
  Capabilities.SETFCAP,
];
