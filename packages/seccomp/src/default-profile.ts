import { errnoNumber } from "@ns/syscalls";
import { CAPABILITY_RULES } from "./default/capability.ts";
import { IPC, SOCKET, SOCKETS } from "./default/communication.ts";
import {
  ARCHITECTURES,
  CLONE,
  PERSONALITY,
  PTRACE,
} from "./default/conditional.ts";
import { ATTRIBUTES, DESCRIPTORS, FILES, TRANSFER } from "./default/files.ts";
import {
  IDENTITY,
  MEMORY,
  PROCESSES,
  SCHEDULING,
  SIGNALS,
  TIME,
} from "./default/processes.ts";
import type { ArchitectureMap, ContainerProfile } from "./profile.ts";

/** 64-bit architectures, with those whose programs run there too. */
const ARCH_MAP: readonly ArchitectureMap[] = [
  {
    architecture: "SCMP_ARCH_X86_64",
    subArchitectures: ["SCMP_ARCH_X86", "SCMP_ARCH_X32"],
  },
  {
    architecture: "SCMP_ARCH_AARCH64",
    subArchitectures: ["SCMP_ARCH_ARM"],
  },
];

/**
 * What containers have by default, the same in effect as Docker's: a list of what programs need, everything else is
 * `EPERM`. Left out is what reaches past the container (the kernel's keys, modules, clocks, other processes' memory,
 * new namespaces) and what few need and has often been broken (io_uring, userfaultfd, bpf). What the kernel asks a
 * capability for is allowed with that capability.
 */
export const defaultProfile: ContainerProfile = {
  defaultAction: "SCMP_ACT_ERRNO",
  defaultErrnoRet: errnoNumber("EPERM"),
  archMap: ARCH_MAP,
  syscalls: [
    {
      names: [
        ...[PROCESSES, IDENTITY, SCHEDULING, SIGNALS, TIME, MEMORY],
        ...[FILES, ATTRIBUTES, TRANSFER, DESCRIPTORS, SOCKETS, IPC],
      ].flat(),
      action: "SCMP_ACT_ALLOW",
    },
    PTRACE,
    SOCKET,
    PERSONALITY,
    ...ARCHITECTURES,
    ...CLONE,
    ...CAPABILITY_RULES,
  ],
};

/** The capabilities that Docker leaves a container, its bounding set. */
export const defaultCapabilities: readonly string[] = [
  ...["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID"],
  ...["CAP_KILL", "CAP_SETGID", "CAP_SETUID", "CAP_SETPCAP"],
  ...["CAP_NET_BIND_SERVICE", "CAP_NET_RAW", "CAP_SYS_CHROOT"],
  ...["CAP_MKNOD", "CAP_AUDIT_WRITE", "CAP_SETFCAP"],
];
