/** Starting, ending, waiting for and signalling processes and threads. clone and clone3 have conditions of their own. */
export const PROCESSES: readonly string[] = [
  ...["fork", "vfork", "execve", "execveat", "exit", "exit_group"],
  ...["wait4", "waitid", "waitpid", "restart_syscall"],
  ...["kill", "tkill", "tgkill", "pause"],
  ...["pidfd_open", "pidfd_send_signal", "process_mrelease"],
  ...["getpid", "getppid", "gettid", "set_tid_address"],
  ...["getpgid", "getpgrp", "setpgid", "getsid", "setsid"],
  ...["prctl", "uname", "sysinfo", "getcpu", "umask", "getrandom"],
  ...["uretprobe"],
  // what threads of a C library are made of
  ...["set_robust_list", "get_robust_list", "rseq", "membarrier"],
  ...["set_thread_area", "get_thread_area"],
  ...["futex", "futex_time64", "futex_waitv"],
  ...["futex_wait", "futex_wake", "futex_requeue"],
  // giving up more: neither can undo what this filter says
  ...["seccomp", "landlock_create_ruleset"],
  ...["landlock_add_rule", "landlock_restrict_self"],
];

/** Who a process is. The kernel lets it become only who its capabilities allow. */
export const IDENTITY: readonly string[] = [
  ...["getuid", "geteuid", "getgid", "getegid"],
  ...["getuid32", "geteuid32", "getgid32", "getegid32"],
  ...["setuid", "setgid", "setuid32", "setgid32"],
  ...["setreuid", "setregid", "setreuid32", "setregid32"],
  ...["getresuid", "getresgid", "getresuid32", "getresgid32"],
  ...["setresuid", "setresgid", "setresuid32", "setresgid32"],
  ...["setfsuid", "setfsgid", "setfsuid32", "setfsgid32"],
  ...["getgroups", "setgroups", "getgroups32", "setgroups32"],
  ...["capget", "capset"],
];

/** Scheduling and limits, within what CAP_SYS_NICE and CAP_SYS_RESOURCE allow. */
export const SCHEDULING: readonly string[] = [
  ...["sched_yield", "sched_getaffinity", "sched_setaffinity"],
  ...["sched_getattr", "sched_setattr", "sched_getparam", "sched_setparam"],
  ...["sched_getscheduler", "sched_setscheduler"],
  ...["sched_get_priority_max", "sched_get_priority_min"],
  ...["sched_rr_get_interval", "sched_rr_get_interval_time64"],
  ...["getpriority", "setpriority", "ioprio_get", "ioprio_set"],
  ...["getrlimit", "ugetrlimit", "setrlimit", "prlimit64", "getrusage"],
];

/** Signal handling. */
export const SIGNALS: readonly string[] = [
  ...["rt_sigaction", "rt_sigprocmask", "rt_sigpending", "rt_sigsuspend"],
  ...["rt_sigreturn", "rt_sigtimedwait", "rt_sigtimedwait_time64"],
  ...["rt_sigqueueinfo", "rt_tgsigqueueinfo"],
  ...["sigprocmask", "sigreturn", "sigaltstack", "signalfd", "signalfd4"],
];

/** Reading clocks, sleeping, timers. adjtimex and clock_adjtime read without CAP_SYS_TIME; setting is another section. */
export const TIME: readonly string[] = [
  ...["time", "times", "gettimeofday", "adjtimex"],
  ...["clock_gettime", "clock_gettime64", "clock_getres"],
  ...["clock_getres_time64", "clock_adjtime", "clock_adjtime64"],
  ...["nanosleep", "clock_nanosleep", "clock_nanosleep_time64"],
  ...["alarm", "getitimer", "setitimer"],
  ...["timer_create", "timer_delete", "timer_getoverrun", "timer_gettime"],
  ...["timer_gettime64", "timer_settime", "timer_settime64"],
  ...["timerfd_create", "timerfd_gettime", "timerfd_gettime64"],
  ...["timerfd_settime", "timerfd_settime64"],
];

/** Memory of the process's own. userfaultfd, which makes races in the kernel easy to win, is not among it. */
export const MEMORY: readonly string[] = [
  ...["brk", "mmap", "mmap2", "munmap", "mremap", "remap_file_pages"],
  ...["mprotect", "madvise", "mincore", "msync", "mseal"],
  ...["mlock", "mlock2", "mlockall", "munlock", "munlockall"],
  ...["pkey_alloc", "pkey_free", "pkey_mprotect", "map_shadow_stack"],
  ...["memfd_create", "memfd_secret"],
];
