import type { ContainerRule } from "../profile.ts";

/** What the kernel asks a capability for: without it in the bounding set, not even the code behind it is reached. */
const BY_CAPABILITY: Readonly<Record<string, readonly string[]>> = {
  CAP_SYS_ADMIN: [
    ...["mount", "umount", "umount2", "mount_setattr", "move_mount"],
    ...["open_tree", "fsopen", "fsconfig", "fsmount", "fspick"],
    ...["clone", "clone3", "unshare", "setns"],
    ...["sethostname", "setdomainname", "quotactl", "quotactl_fd"],
    ...["bpf", "perf_event_open", "fanotify_init", "lookup_dcookie", "syslog"],
    ...["lsm_get_self_attr", "lsm_set_self_attr", "lsm_list_modules"],
  ],
  // opens any file of a file system, wherever its root is
  CAP_DAC_READ_SEARCH: ["open_by_handle_at"],
  CAP_SYS_BOOT: ["reboot"],
  CAP_SYS_CHROOT: ["chroot"],
  CAP_SYS_MODULE: ["init_module", "finit_module", "delete_module"],
  CAP_SYS_PACCT: ["acct"],
  CAP_SYS_PTRACE: [
    ...["ptrace", "process_vm_readv", "process_vm_writev"],
    ...["kcmp", "pidfd_getfd", "process_madvise"],
  ],
  CAP_SYS_RAWIO: ["iopl", "ioperm"],
  CAP_SYS_TIME: ["settimeofday", "stime", "clock_settime", "clock_settime64"],
  CAP_SYS_TTY_CONFIG: ["vhangup"],
  CAP_SYS_NICE: [
    ...["get_mempolicy", "set_mempolicy", "mbind"],
    "set_mempolicy_home_node",
  ],
  CAP_SYSLOG: ["syslog"],
  CAP_BPF: ["bpf"],
  CAP_PERFMON: ["perf_event_open"],
};

export const CAPABILITY_RULES: readonly ContainerRule[] = Object.entries(
  BY_CAPABILITY,
).map(([capability, names]) => ({
  names,
  action: "SCMP_ACT_ALLOW",
  includes: { caps: [capability] },
}));
