import * as ns from "../../src/index.ts";

/** A call, made when it is asked for, and how it is printed. */
export type Sample = readonly [call: () => ns.Syscall, text: string];

const fd = ns.register("fd");
const out = ns.register("out");
const pid = ns.register("pid");
const buffer = new Uint8Array(512);
const int = new Int32Array(2);
const { FDCWD } = ns.AtFlags;

/** At least one call of every function that makes a syscall, by its name. */
export const samples: Readonly<Record<string, readonly Sample[]>> = {
  // namespaces and processes
  unshare: [
    [
      () => ns.unshare(ns.CloneFlags.NEWNS | ns.CloneFlags.NEWPID),
      "unshare(CLONE_NEWNS|CLONE_NEWPID)",
    ],
    [() => ns.unshare(0), "unshare(0)"],
  ],
  setns: [
    [() => ns.setns(fd, ns.CloneFlags.NEWNET), "setns(<fd>, CLONE_NEWNET)"],
    [() => ns.setns(ns.inherited(7, "netns")), "setns(<netns>, 0)"],
  ],
  clone3: [
    [
      () =>
        ns.clone3({
          flags: ns.Clone3Flags.INTO_CGROUP | 0x8000n,
          cgroup: fd,
          exit_signal: 0,
        }),
      "clone3({flags=CLONE_PARENT|CLONE_INTO_CGROUP, exit_signal=0, cgroup=<fd>}, 88)",
    ],
  ],
  getpid: [[() => ns.getpid(), "getpid()"]],
  getppid: [[() => ns.getppid(), "getppid()"]],
  gettid: [[() => ns.gettid(), "gettid()"]],
  setsid: [[() => ns.setsid(), "setsid()"]],
  getsid: [[() => ns.getsid(), "getsid(0)"]],
  setpgid: [[() => ns.setpgid(0, pid), "setpgid(0, <pid>)"]],
  getpgid: [[() => ns.getpgid(), "getpgid(0)"]],
  execve: [
    [
      () => ns.execve("/bin/echo", ["echo", "a b"], ["A=1"]),
      'execve("/bin/echo", ["echo", "a b"], /* 1 vars */)',
    ],
    [
      () => ns.execve("x", ["x", ns.decimal(pid)], []),
      'execve("x", ["x", "<pid>"], /* 0 vars */)',
    ],
  ],
  execveat: [
    [
      () => ns.execveat(3, "", ["init"], [], ns.AtFlags.EMPTY_PATH),
      'execveat(3, "", ["init"], /* 0 vars */, AT_EMPTY_PATH)',
    ],
  ],
  exitGroup: [[() => ns.exitGroup(3), "exit_group(3)"]],
  kill: [[() => ns.kill(pid, ns.Signals.SIGKILL), "kill(<pid>, SIGKILL)"]],
  umask: [[() => ns.umask(0o22), "umask(022)"]],
  personality: [
    [
      () => ns.personality(ns.Personality.ADDR_NO_RANDOMIZE),
      "personality(PER_LINUX|ADDR_NO_RANDOMIZE)",
    ],
    [() => ns.personality(ns.Personality.LINUX32), "personality(PER_LINUX32)"],
    [() => ns.personality(ns.PERSONALITY_QUERY), "personality(0xffffffff)"],
  ],
  kcmp: [
    [
      () => ns.kcmp(1, 2, ns.KcmpTypes.FILE, 3, 4),
      "kcmp(1, 2, KCMP_FILE, 3, 4)",
    ],
  ],
  pidfdOpen: [[() => ns.pidfdOpen(1), "pidfd_open(1, 0)"]],
  pidfdSendSignal: [
    [
      () => ns.pidfdSendSignal(5, ns.Signals.SIGTERM),
      "pidfd_send_signal(5, SIGTERM, NULL, 0)",
    ],
  ],
  pidfdGetfd: [[() => ns.pidfdGetfd(5, 1), "pidfd_getfd(5, 1, 0)"]],
  waitid: [
    [
      () =>
        ns.waitid(
          ns.WaitIdTypes.PIDFD,
          5,
          buffer,
          ns.WaitOptions.EXITED | ns.WaitOptions.NOHANG,
        ),
      "waitid(P_PIDFD, 5, /* 512 bytes */, WNOHANG|WEXITED, NULL)",
    ],
  ],
  wait4: [
    [
      () => ns.wait4(pid, ns.captureInts(out), 0),
      "wait4(<pid>, [<out>], 0, NULL)",
    ],
    [
      () => ns.wait4(-1, null, ns.WaitOptions.NOHANG),
      "wait4(-1, NULL, WNOHANG, NULL)",
    ],
  ],

  // mounts
  mount: [
    [
      () => ns.mount("proc", "/proc", "proc", ns.MountFlags.NOSUID),
      'mount("proc", "/proc", "proc", MS_NOSUID, NULL)',
    ],
    [
      () =>
        ns.mount(null, "/", null, ns.MountFlags.REC | ns.MountFlags.PRIVATE),
      'mount(NULL, "/", NULL, MS_REC|MS_PRIVATE, NULL)',
    ],
    [
      () => ns.mount("t", "/x\n", "tmpfs", 0, 'size="1m"'),
      String.raw`mount("t", "/x\n", "tmpfs", 0, "size=\"1m\"")`,
    ],
  ],
  umount2: [
    [
      () => ns.umount2(".", ns.UmountFlags.DETACH | ns.UmountFlags.NOFOLLOW),
      'umount2(".", MNT_DETACH|UMOUNT_NOFOLLOW)',
    ],
  ],
  pivotRoot: [[() => ns.pivotRoot(".", "."), 'pivot_root(".", ".")']],
  openTree: [
    [
      () =>
        ns.openTree(
          FDCWD,
          "/srv",
          ns.OpenTreeFlags.CLONE |
            ns.OpenTreeFlags.CLOEXEC |
            ns.OpenTreeFlags.RECURSIVE,
        ),
      'open_tree(AT_FDCWD, "/srv", OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC|AT_RECURSIVE)',
    ],
  ],
  moveMount: [
    [
      () =>
        ns.moveMount(
          fd,
          "",
          4,
          "",
          ns.MoveMountFlags.F_EMPTY_PATH | ns.MoveMountFlags.T_EMPTY_PATH,
        ),
      'move_mount(<fd>, "", 4, "", MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_EMPTY_PATH)',
    ],
  ],
  fsopen: [
    [
      () => ns.fsopen("tmpfs", ns.FsopenFlags.CLOEXEC),
      'fsopen("tmpfs", FSOPEN_CLOEXEC)',
    ],
  ],
  fsmount: [
    [
      () => ns.fsmount(fd, ns.FsmountFlags.CLOEXEC, ns.MountAttrFlags.NODEV),
      "fsmount(<fd>, FSMOUNT_CLOEXEC, MOUNT_ATTR_NODEV)",
    ],
  ],
  fspick: [
    [
      () => ns.fspick(FDCWD, "/", ns.FspickFlags.NO_AUTOMOUNT),
      'fspick(AT_FDCWD, "/", FSPICK_NO_AUTOMOUNT)',
    ],
  ],
  fsconfigFlag: [
    [
      () => ns.fsconfigFlag(3, "ro"),
      'fsconfig(3, FSCONFIG_SET_FLAG, "ro", NULL, 0)',
    ],
  ],
  fsconfigString: [
    [
      () => ns.fsconfigString(3, "size", "1m"),
      'fsconfig(3, FSCONFIG_SET_STRING, "size", "1m", 0)',
    ],
  ],
  fsconfigBinary: [
    [
      () => ns.fsconfigBinary(3, "key", Uint8Array.of(1, 0x41)),
      String.raw`fsconfig(3, FSCONFIG_SET_BINARY, "key", "\x01A", 2)`,
    ],
  ],
  fsconfigPath: [
    [
      () => ns.fsconfigPath(3, "dir", FDCWD, "/a"),
      'fsconfig(3, FSCONFIG_SET_PATH, "dir", "/a", AT_FDCWD)',
    ],
  ],
  fsconfigPathEmpty: [
    [
      () => ns.fsconfigPathEmpty(3, "dir", 4),
      'fsconfig(3, FSCONFIG_SET_PATH_EMPTY, "dir", "", 4)',
    ],
  ],
  fsconfigFd: [
    [
      () => ns.fsconfigFd(3, "fd", 4),
      'fsconfig(3, FSCONFIG_SET_FD, "fd", NULL, 4)',
    ],
  ],
  fsconfigCreate: [
    [
      () => ns.fsconfigCreate(3),
      "fsconfig(3, FSCONFIG_CMD_CREATE, NULL, NULL, 0)",
    ],
  ],
  fsconfigCreateExcl: [
    [
      () => ns.fsconfigCreateExcl(3),
      "fsconfig(3, FSCONFIG_CMD_CREATE_EXCL, NULL, NULL, 0)",
    ],
  ],
  fsconfigReconfigure: [
    [
      () => ns.fsconfigReconfigure(3),
      "fsconfig(3, FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0)",
    ],
  ],
  mountSetattr: [
    [
      () =>
        ns.mountSetattr(3, "", ns.AtFlags.EMPTY_PATH | ns.AtFlags.RECURSIVE, {
          attr_set: ns.MountAttrFlags.RDONLY | ns.MountAttrFlags.IDMAP,
          propagation: ns.MountFlags.PRIVATE,
          userns_fd: 5,
        }),
      'mount_setattr(3, "", AT_EMPTY_PATH|AT_RECURSIVE, ' +
        "{attr_set=MOUNT_ATTR_RDONLY|MOUNT_ATTR_IDMAP, propagation=MS_PRIVATE, userns_fd=5}, 32)",
    ],
  ],
  openTreeAttr: [
    [
      () =>
        ns.openTreeAttr(3, "x", ns.OpenTreeFlags.CLONE, {
          attr_set: ns.MountAttrFlags.RDONLY,
        }),
      'open_tree_attr(3, "x", OPEN_TREE_CLONE, {attr_set=MOUNT_ATTR_RDONLY}, 32)',
    ],
  ],
  statmount: [
    [
      () => ns.statmount(0x80000001n, ns.StatmountMask.MNT_BASIC, buffer),
      "statmount({size=24, mnt_id=0x80000001, param=0x2}, /* 512 bytes */, 512, 0)",
    ],
  ],
  listmount: [
    [
      () => ns.listmount(new BigUint64Array(8)),
      "listmount({size=24, mnt_id=0xffffffffffffffff, param=0}, /* 64 bytes */, 8, 0)",
    ],
    [
      () =>
        ns.listmount(new BigUint64Array(1), {
          mountId: 2n,
          after: 3n,
          mountNamespaceId: 4n,
        }),
      "listmount({size=32, mnt_id=0x2, param=0x3, mnt_ns_id=0x4}, /* 8 bytes */, 1, 0)",
    ],
  ],

  // files
  openat: [
    [
      () =>
        ns.openat(FDCWD, "/dev/null", ns.OpenFlags.RDWR | ns.OpenFlags.CLOEXEC),
      'openat(AT_FDCWD, "/dev/null", O_RDWR|O_CLOEXEC)',
    ],
    [
      () =>
        ns.openat(
          fd,
          ns.decimal(pid),
          ns.OpenFlags.CREAT | ns.OpenFlags.EXCL,
          0o644,
        ),
      'openat(<fd>, "<pid>", O_RDONLY|O_CREAT|O_EXCL, 0644)',
    ],
    [
      () => ns.openat(3, "d", ns.OpenFlags.TMPFILE | 1, 0o600),
      'openat(3, "d", O_WRONLY|O_TMPFILE, 0600)',
    ],
  ],
  openat2: [
    [
      () =>
        ns.openat2(3, "etc", {
          flags: ns.OpenFlags.PATH,
          resolve: ns.ResolveFlags.IN_ROOT,
        }),
      'openat2(3, "etc", {flags=O_RDONLY|O_PATH, resolve=RESOLVE_IN_ROOT}, 24)',
    ],
  ],
  pipe2: [
    [
      () => ns.pipe2(ns.captureInts(fd, out), ns.OpenFlags.CLOEXEC),
      "pipe2([<fd>, <out>], O_CLOEXEC)",
    ],
  ],
  memfdCreate: [
    [
      () =>
        ns.memfdCreate("m", ns.MfdFlags.CLOEXEC | ns.MfdFlags.ALLOW_SEALING),
      'memfd_create("m", MFD_CLOEXEC|MFD_ALLOW_SEALING)',
    ],
  ],
  read: [
    [() => ns.read(0, new Uint8Array(5)), "read(0, /* 5 bytes */, 5)"],
    [() => ns.read(fd, ns.captureInts(out)), "read(<fd>, [<out>], 4)"],
  ],
  write: [
    [() => ns.write(1, "hé\0"), String.raw`write(1, "h\xc3\xa9\x00", 4)`],
    [
      () => ns.write(fd, Uint8Array.of(9, 13, 92)),
      String.raw`write(<fd>, "\t\r\\", 3)`,
    ],
    [
      () => ns.write(1, "x".repeat(300)),
      `write(1, "${"x".repeat(256)}"..., 300)`,
    ],
  ],
  lseek: [[() => ns.lseek(3, -1, ns.SeekWhence.END), "lseek(3, -1, SEEK_END)"]],
  close: [[() => ns.close(fd), "close(<fd>)"]],
  closeRange: [
    [() => ns.closeRange(3), "close_range(3, 4294967295, 0)"],
    [
      () => ns.closeRange(3, 9, ns.CloseRangeFlags.CLOEXEC),
      "close_range(3, 9, CLOSE_RANGE_CLOEXEC)",
    ],
  ],
  dup3: [[() => ns.dup3(fd, 0), "dup3(<fd>, 0, 0)"]],
  ftruncate: [[() => ns.ftruncate(3, 0), "ftruncate(3, 0)"]],
  flock: [
    [
      () => ns.flock(3, ns.FlockOperations.EX | ns.FlockOperations.NB),
      "flock(3, LOCK_EX|LOCK_NB)",
    ],
  ],
  eventfd2: [
    [() => ns.eventfd2(0, ns.OpenFlags.CLOEXEC), "eventfd2(0, EFD_CLOEXEC)"],
  ],
  getrandom: [
    [() => ns.getrandom(new Uint8Array(8)), "getrandom(/* 8 bytes */, 8, 0)"],
  ],
  fcntl: [
    [() => ns.fcntl(3, ns.FcntlCommands.GETFD), "fcntl(3, F_GETFD)"],
    [
      () => ns.fcntl(3, ns.FcntlCommands.SETFD, ns.FdFlags.CLOEXEC),
      "fcntl(3, F_SETFD, FD_CLOEXEC)",
    ],
    [
      () => ns.fcntl(3, ns.FcntlCommands.SETFL, ns.OpenFlags.NONBLOCK),
      "fcntl(3, F_SETFL, O_RDONLY|O_NONBLOCK)",
    ],
    [
      () =>
        ns.fcntl(
          3,
          ns.FcntlCommands.ADD_SEALS,
          ns.SealFlags.WRITE | ns.SealFlags.SEAL,
        ),
      "fcntl(3, F_ADD_SEALS, F_SEAL_SEAL|F_SEAL_WRITE)",
    ],
    [
      () => ns.fcntl(3, ns.FcntlCommands.DUPFD_CLOEXEC, 10),
      "fcntl(3, F_DUPFD_CLOEXEC, 10)",
    ],
  ],
  sendfile: [[() => ns.sendfile(1, 0, 4096), "sendfile(1, 0, NULL, 4096)"]],
  copyFileRange: [
    [
      () => ns.copyFileRange(3, 4, 10),
      "copy_file_range(3, NULL, 4, NULL, 10, 0)",
    ],
  ],
  fsync: [[() => ns.fsync(3), "fsync(3)"]],
  fdatasync: [[() => ns.fdatasync(3), "fdatasync(3)"]],
  syncfs: [[() => ns.syncfs(3), "syncfs(3)"]],
  sync: [[() => ns.sync(), "sync()"]],
  chdir: [[() => ns.chdir("/"), 'chdir("/")']],
  fchdir: [[() => ns.fchdir(fd), "fchdir(<fd>)"]],
  getcwd: [[() => ns.getcwd(buffer), "getcwd(/* 512 bytes */, 512)"]],
  chroot: [[() => ns.chroot("."), 'chroot(".")']],
  mkdirat: [
    [() => ns.mkdirat(FDCWD, "d", 0o755), 'mkdirat(AT_FDCWD, "d", 0755)'],
  ],
  mknodat: [
    [
      () => ns.mknodat(3, "null", ns.FileMode.IFCHR | 0o666, ns.makedev(1, 3)),
      'mknodat(3, "null", S_IFCHR|0666, makedev(0x1, 0x3))',
    ],
    [
      () => ns.mknodat(3, "fifo", ns.FileMode.IFIFO | 0o600),
      'mknodat(3, "fifo", S_IFIFO|0600, 0)',
    ],
  ],
  symlinkat: [
    [
      () => ns.symlinkat("pts/ptmx", 3, "ptmx"),
      'symlinkat("pts/ptmx", 3, "ptmx")',
    ],
  ],
  linkat: [[() => ns.linkat(3, "a", 4, "b"), 'linkat(3, "a", 4, "b", 0)']],
  unlinkat: [
    [
      () => ns.unlinkat(3, "d", ns.AtFlags.REMOVEDIR),
      'unlinkat(3, "d", AT_REMOVEDIR)',
    ],
  ],
  renameat2: [
    [
      () => ns.renameat2(3, "a", 3, "b", ns.RenameFlags.EXCHANGE),
      'renameat2(3, "a", 3, "b", RENAME_EXCHANGE)',
    ],
  ],
  readlinkat: [
    [
      () => ns.readlinkat(FDCWD, "/proc/self", buffer),
      'readlinkat(AT_FDCWD, "/proc/self", /* 512 bytes */, 512)',
    ],
  ],
  fchownat: [[() => ns.fchownat(3, "f", 0, -1), 'fchownat(3, "f", 0, -1, 0)']],
  fchown: [[() => ns.fchown(3, 1, 2), "fchown(3, 1, 2)"]],
  fchmodat: [[() => ns.fchmodat(3, "f", 0o600), 'fchmodat(3, "f", 0600)']],
  fchmodat2: [
    [
      () => ns.fchmodat2(3, "", 0o600, ns.AtFlags.EMPTY_PATH),
      'fchmodat2(3, "", 0600, AT_EMPTY_PATH)',
    ],
  ],
  fchmod: [[() => ns.fchmod(3, 0), "fchmod(3, 000)"]],
  faccessat2: [
    [
      () => ns.faccessat2(FDCWD, "f", ns.AccessMode.F),
      'faccessat2(AT_FDCWD, "f", F_OK, 0)',
    ],
    [
      () =>
        ns.faccessat2(
          FDCWD,
          "f",
          ns.AccessMode.R | ns.AccessMode.X,
          ns.AtFlags.EACCESS,
        ),
      'faccessat2(AT_FDCWD, "f", R_OK|X_OK, AT_EACCESS)',
    ],
  ],
  statx: [
    [
      () =>
        ns.statx(
          3,
          "",
          ns.AtFlags.EMPTY_PATH,
          ns.StatxMask.BASIC_STATS | ns.StatxMask.MNT_ID,
          buffer,
        ),
      'statx(3, "", AT_EMPTY_PATH, STATX_BASIC_STATS|STATX_MNT_ID, /* 512 bytes */)',
    ],
  ],
  statfs: [
    [() => ns.statfs("/proc", buffer), 'statfs("/proc", /* 512 bytes */)'],
  ],
  fstatfs: [[() => ns.fstatfs(3, buffer), "fstatfs(3, /* 512 bytes */)"]],
  nameToHandleAt: [
    [
      () =>
        ns.nameToHandleAt(
          3,
          "",
          ns.fileHandleBuffer(),
          int,
          ns.AtFlags.EMPTY_PATH,
        ),
      'name_to_handle_at(3, "", /* 136 bytes */, /* 8 bytes */, AT_EMPTY_PATH)',
    ],
  ],
  openByHandleAt: [
    [
      () => ns.openByHandleAt(3, Uint8Array.of(0, 0), ns.OpenFlags.PATH),
      String.raw`open_by_handle_at(3, "\x00\x00", O_RDONLY|O_PATH)`,
    ],
  ],
  setxattr: [
    [
      () => ns.setxattr("f", "user.a", "1", ns.XattrFlags.CREATE),
      'setxattr("f", "user.a", "1", 1, XATTR_CREATE)',
    ],
  ],
  lsetxattr: [
    [
      () => ns.lsetxattr("f", "user.a", "1"),
      'lsetxattr("f", "user.a", "1", 1, 0)',
    ],
  ],
  fsetxattr: [
    [() => ns.fsetxattr(3, "user.a", "1"), 'fsetxattr(3, "user.a", "1", 1, 0)'],
  ],
  getxattr: [
    [
      () => ns.getxattr("f", "user.a", buffer),
      'getxattr("f", "user.a", /* 512 bytes */, 512)',
    ],
  ],
  lgetxattr: [
    [
      () => ns.lgetxattr("f", "user.a", buffer),
      'lgetxattr("f", "user.a", /* 512 bytes */, 512)',
    ],
  ],
  fgetxattr: [
    [
      () => ns.fgetxattr(3, "user.a", buffer),
      'fgetxattr(3, "user.a", /* 512 bytes */, 512)',
    ],
  ],
  listxattr: [
    [() => ns.listxattr("f", buffer), 'listxattr("f", /* 512 bytes */, 512)'],
  ],
  llistxattr: [
    [() => ns.llistxattr("f", buffer), 'llistxattr("f", /* 512 bytes */, 512)'],
  ],
  flistxattr: [
    [() => ns.flistxattr(3, buffer), "flistxattr(3, /* 512 bytes */, 512)"],
  ],
  removexattr: [
    [() => ns.removexattr("f", "user.a"), 'removexattr("f", "user.a")'],
  ],
  lremovexattr: [
    [() => ns.lremovexattr("f", "user.a"), 'lremovexattr("f", "user.a")'],
  ],
  fremovexattr: [
    [() => ns.fremovexattr(3, "user.a"), 'fremovexattr(3, "user.a")'],
  ],
  ppoll: [
    [
      () =>
        ns.ppoll(
          [
            { fd: 3, events: ns.PollEvents.IN },
            { fd, events: 0 },
          ],
          1500,
        ),
      "ppoll([{fd=3, events=POLLIN}, {fd=<fd>, events=0}], 2, {tv_sec=1, tv_nsec=500000000}, NULL, 0)",
    ],
    [() => ns.ppoll([], null), "ppoll([], 0, NULL, NULL, 0)"],
  ],

  // identity and privileges
  getuid: [[() => ns.getuid(), "getuid()"]],
  geteuid: [[() => ns.geteuid(), "geteuid()"]],
  getgid: [[() => ns.getgid(), "getgid()"]],
  getegid: [[() => ns.getegid(), "getegid()"]],
  setuid: [[() => ns.setuid(1000), "setuid(1000)"]],
  setgid: [[() => ns.setgid(1000), "setgid(1000)"]],
  setresuid: [
    [() => ns.setresuid(1, 2, 3), "setresuid(1, 2, 3)"],
    [() => ns.setresuid(1), "setresuid(1, -1, -1)"],
  ],
  setresgid: [[() => ns.setresgid(1, 2, 3), "setresgid(1, 2, 3)"]],
  getresuid: [
    [
      () =>
        ns.getresuid(
          new Uint32Array(1),
          new Uint32Array(1),
          new Uint32Array(1),
        ),
      "getresuid(/* 4 bytes */, /* 4 bytes */, /* 4 bytes */)",
    ],
  ],
  getresgid: [
    [
      () =>
        ns.getresgid(
          new Uint32Array(1),
          new Uint32Array(1),
          new Uint32Array(1),
        ),
      "getresgid(/* 4 bytes */, /* 4 bytes */, /* 4 bytes */)",
    ],
  ],
  setgroups: [
    [() => ns.setgroups([4, 5]), "setgroups(2, [4, 5])"],
    [() => ns.setgroups([]), "setgroups(0, [])"],
  ],
  getgroups: [
    [() => ns.getgroups(new Uint32Array(4)), "getgroups(4, /* 16 bytes */)"],
    [() => ns.getgroups(null), "getgroups(0, NULL)"],
  ],
  setfsuid: [[() => ns.setfsuid(1000), "setfsuid(1000)"]],
  setfsgid: [[() => ns.setfsgid(1000), "setfsgid(1000)"]],
  capget: [
    [
      () => ns.capget(0, buffer),
      "capget({version=_LINUX_CAPABILITY_VERSION_3, pid=0}, /* 512 bytes */)",
    ],
  ],
  capset: [
    [
      () =>
        ns.capset({
          effective: ns.capabilityMask([ns.Capabilities.CHOWN]),
          permitted: ns.capabilityMask([
            ns.Capabilities.CHOWN,
            ns.Capabilities.BPF,
          ]),
          inheritable: 0n,
        }),
      "capset({version=_LINUX_CAPABILITY_VERSION_3, pid=0}, " +
        "{effective=1<<CAP_CHOWN, permitted=1<<CAP_CHOWN|1<<CAP_BPF, inheritable=0})",
    ],
  ],
  prctl: [
    [
      () => ns.prctl(ns.PrctlOptions.SET_NO_NEW_PRIVS, 1),
      "prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)",
    ],
    [
      () => ns.prctl(ns.PrctlOptions.SET_PDEATHSIG, ns.Signals.SIGKILL),
      "prctl(PR_SET_PDEATHSIG, SIGKILL)",
    ],
    [
      () => ns.prctl(ns.PrctlOptions.CAPBSET_DROP, 21),
      "prctl(PR_CAPBSET_DROP, CAP_SYS_ADMIN)",
    ],
    [
      () =>
        ns.prctl(
          ns.PrctlOptions.CAP_AMBIENT,
          ns.CapAmbientOperations.RAISE,
          ns.Capabilities.NET_ADMIN,
        ),
      "prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_ADMIN, 0, 0)",
    ],
    [
      () =>
        ns.prctl(
          ns.PrctlOptions.SET_SECUREBITS,
          ns.SecureBits.KEEP_CAPS | ns.SecureBits.NOROOT,
        ),
      "prctl(PR_SET_SECUREBITS, SECBIT_NOROOT|SECBIT_KEEP_CAPS)",
    ],
    [
      () => ns.prctl(ns.PrctlOptions.SET_NAME, "init"),
      'prctl(PR_SET_NAME, "init")',
    ],
    [
      () => ns.prctl(ns.PrctlOptions.GET_NAME, new Uint8Array(16)),
      "prctl(PR_GET_NAME, /* 16 bytes */, 0, 0, 0)",
    ],
  ],
  prlimit: [
    [
      () =>
        ns.prlimit(0, ns.RlimitResources.NOFILE, {
          soft: 1024,
          hard: ns.RLIM_INFINITY,
        }),
      "prlimit64(0, RLIMIT_NOFILE, {rlim_cur=1024, rlim_max=RLIM64_INFINITY}, NULL)",
    ],
    [
      () => ns.prlimit(pid, ns.RlimitResources.CORE, null, buffer),
      "prlimit64(<pid>, RLIMIT_CORE, NULL, /* 512 bytes */)",
    ],
  ],
  seccomp: [
    [
      () =>
        ns.seccomp(
          ns.SeccompOperations.SET_MODE_FILTER,
          ns.SeccompFlags.LOG,
          new Uint8Array(8),
        ),
      String.raw`seccomp(SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_LOG, {len=1, filter="\x00\x00\x00\x00\x00\x00\x00\x00"})`,
    ],
    [
      () =>
        ns.seccomp(
          ns.SeccompOperations.GET_ACTION_AVAIL,
          0,
          new Uint32Array(1),
        ),
      "seccomp(SECCOMP_GET_ACTION_AVAIL, 0, /* 4 bytes */)",
    ],
  ],
  landlockAbiVersion: [
    [
      () => ns.landlockAbiVersion(),
      "landlock_create_ruleset(NULL, 0, LANDLOCK_CREATE_RULESET_VERSION)",
    ],
  ],
  landlockCreateRuleset: [
    [
      () =>
        ns.landlockCreateRuleset({
          handled_access_fs:
            ns.LandlockFsAccess.EXECUTE | ns.LandlockFsAccess.IOCTL_DEV,
          scoped: ns.LandlockScopes.SIGNAL,
        }),
      "landlock_create_ruleset({handled_access_fs=LANDLOCK_ACCESS_FS_EXECUTE|LANDLOCK_ACCESS_FS_IOCTL_DEV, " +
        "scoped=LANDLOCK_SCOPE_SIGNAL}, 24, 0)",
    ],
  ],
  landlockAddPathRule: [
    [
      () => ns.landlockAddPathRule(3, fd, ns.LandlockFsAccess.READ_FILE),
      "landlock_add_rule(3, LANDLOCK_RULE_PATH_BENEATH, {allowed_access=LANDLOCK_ACCESS_FS_READ_FILE, parent_fd=<fd>}, 0)",
    ],
  ],
  landlockAddPortRule: [
    [
      () => ns.landlockAddPortRule(3, 443, ns.LandlockNetAccess.CONNECT_TCP),
      "landlock_add_rule(3, LANDLOCK_RULE_NET_PORT, {allowed_access=LANDLOCK_ACCESS_NET_CONNECT_TCP, port=443}, 0)",
    ],
  ],
  landlockRestrictSelf: [
    [() => ns.landlockRestrictSelf(3), "landlock_restrict_self(3, 0)"],
  ],
  keyctl: [
    [
      () => ns.keyctl(ns.KeyctlOperations.REVOKE, 7),
      "keyctl(KEYCTL_REVOKE, 7, 0, 0, 0)",
    ],
  ],
  joinSessionKeyring: [
    [
      () => ns.joinSessionKeyring("s"),
      'keyctl(KEYCTL_JOIN_SESSION_KEYRING, "s")',
    ],
  ],
  getKeyringId: [
    [
      () => ns.getKeyringId(ns.KeySpecs.SESSION_KEYRING),
      "keyctl(KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 1)",
    ],
  ],
  setKeyPermissions: [
    [
      () => ns.setKeyPermissions(9, 0x3f3f0000),
      "keyctl(KEYCTL_SETPERM, 9, 0x3f3f0000)",
    ],
  ],
  addKey: [
    [
      () => ns.addKey("user", "name", "secret", ns.KeySpecs.PROCESS_KEYRING),
      'add_key("user", "name", "secret", 6, KEY_SPEC_PROCESS_KEYRING)',
    ],
  ],

  // scheduling
  schedSetattr: [
    [
      () =>
        ns.schedSetattr(0, {
          sched_policy: ns.SchedPolicy.BATCH,
          sched_nice: 5,
        }),
      "sched_setattr(0, {size=56, sched_policy=SCHED_BATCH, sched_nice=5}, 0)",
    ],
  ],
  schedSetaffinity: [
    [
      () => ns.schedSetaffinity(pid, [0, 65]),
      "sched_setaffinity(<pid>, 16, [0, 65])",
    ],
  ],
  schedGetaffinity: [
    [
      () => ns.schedGetaffinity(0, buffer),
      "sched_getaffinity(0, 512, /* 512 bytes */)",
    ],
  ],
  setpriority: [
    [
      () => ns.setpriority(ns.PriorityTargets.PROCESS, 0, -5),
      "setpriority(PRIO_PROCESS, 0, -5)",
    ],
  ],
  getpriority: [
    [
      () => ns.getpriority(ns.PriorityTargets.USER, 1),
      "getpriority(PRIO_USER, 1)",
    ],
  ],
  ioprioSet: [
    [
      () =>
        ns.ioprioSet(
          ns.IoprioTargets.PROCESS,
          0,
          ns.ioprio(ns.IoprioClasses.BE, 4),
        ),
      "ioprio_set(IOPRIO_WHO_PROCESS, 0, IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, 4))",
    ],
  ],
  ioprioGet: [
    [
      () => ns.ioprioGet(ns.IoprioTargets.PROCESS),
      "ioprio_get(IOPRIO_WHO_PROCESS, 0)",
    ],
  ],
  setMempolicy: [
    [
      () =>
        ns.setMempolicy(
          ns.MemoryPolicy.BIND | ns.MemoryPolicy.F_STATIC_NODES,
          [0, 1],
        ),
      "set_mempolicy(MPOL_BIND|MPOL_F_STATIC_NODES, [0, 1], 65)",
    ],
  ],
  bpf: [
    [
      () => ns.bpf(ns.BpfCommands.PROG_QUERY, buffer),
      "bpf(BPF_PROG_QUERY, /* 512 bytes */, 512)",
    ],
  ],
  bpfProgLoad: [
    [
      () =>
        ns.bpfProgLoad({
          prog_type: ns.BPF_PROG_TYPE_CGROUP_DEVICE,
          insns: new Uint8Array([
            0xb4, 0, 0, 0, 1, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0,
          ]),
          license: "GPL",
        }),
      String.raw`bpf(BPF_PROG_LOAD, {prog_type=BPF_PROG_TYPE_CGROUP_DEVICE, insn_cnt=2, insns="\xb4\x00\x00\x00\x01\x00\x00\x00\x95\x00\x00\x00\x00\x00\x00\x00", license="GPL"}, 40)`,
    ],
  ],
  bpfProgAttach: [
    [
      () =>
        ns.bpfProgAttach({
          target_fd: fd,
          attach_bpf_fd: 4,
          attach_type: ns.BPF_CGROUP_DEVICE,
          attach_flags:
            ns.BpfAttachFlags.ALLOW_MULTI | ns.BpfAttachFlags.REPLACE,
          replace_bpf_fd: 5,
        }),
      "bpf(BPF_PROG_ATTACH, {target_fd=<fd>, attach_bpf_fd=4, attach_type=BPF_CGROUP_DEVICE, attach_flags=BPF_F_ALLOW_MULTI|BPF_F_REPLACE, replace_bpf_fd=5}, 20)",
    ],
  ],
  bpfProgDetach: [
    [
      () =>
        ns.bpfProgDetach({
          target_fd: 3,
          attach_bpf_fd: 4,
          attach_type: ns.BPF_CGROUP_DEVICE,
        }),
      "bpf(BPF_PROG_DETACH, {target_fd=3, attach_bpf_fd=4, attach_type=BPF_CGROUP_DEVICE}, 20)",
    ],
  ],
  bpfProgQuery: [
    [
      () => ns.bpfProgQuery(3, ns.BPF_CGROUP_DEVICE, new Uint32Array(64)),
      "bpf(BPF_PROG_QUERY, {target_fd=3, attach_type=BPF_CGROUP_DEVICE, prog_ids=/* 256 bytes */, prog_cnt=64}, 32)",
    ],
  ],
  bpfProgGetFdById: [
    [
      () => ns.bpfProgGetFdById(7),
      "bpf(BPF_PROG_GET_FD_BY_ID, {prog_id=7}, 12)",
    ],
  ],

  // the machine, terminals, interfaces, sockets
  sethostname: [
    [() => ns.sethostname("höst"), String.raw`sethostname("h\xc3\xb6st", 5)`],
  ],
  setdomainname: [
    [() => ns.setdomainname("(none)"), 'setdomainname("(none)", 6)'],
  ],
  uname: [[() => ns.uname(buffer), "uname(/* 512 bytes */)"]],
  ioctl: [
    [
      () => ns.ioctl(3, ns.IoctlRequests.NS_GET_PARENT),
      "ioctl(3, NS_GET_PARENT)",
    ],
    [
      () => ns.ioctl(0, ns.IoctlRequests.TIOCSCTTY, 1),
      "ioctl(0, TIOCSCTTY, 1)",
    ],
    [
      () => ns.ioctl(3, ns.IoctlRequests.TIOCGPTN, new Int32Array(1)),
      "ioctl(3, TIOCGPTN, /* 4 bytes */)",
    ],
    [
      () => ns.ioctl(fd, ns.IoctlRequests.TIOCGPTPEER, 0x80102),
      "ioctl(<fd>, TIOCGPTPEER, O_RDWR|O_NOCTTY|O_CLOEXEC)",
    ],
    [() => ns.ioctl(fd, 0x1234), "ioctl(<fd>, 0x1234)"],
  ],
  setWindowSize: [
    [
      () => ns.setWindowSize(fd, { cols: 80, rows: 24 }),
      "ioctl(<fd>, TIOCSWINSZ, {ws_row=24, ws_col=80, ws_xpixel=0, ws_ypixel=0})",
    ],
  ],
  getWindowSize: [
    [
      () => ns.getWindowSize(0, new Uint8Array(8)),
      "ioctl(0, TIOCGWINSZ, /* 8 bytes */)",
    ],
  ],
  setInterfaceFlags: [
    [
      () =>
        ns.setInterfaceFlags(
          fd,
          "lo",
          ns.InterfaceFlags.UP | ns.InterfaceFlags.RUNNING,
        ),
      'ioctl(<fd>, SIOCSIFFLAGS, {ifr_name="lo", ifr_flags=IFF_UP|IFF_RUNNING})',
    ],
  ],
  socket: [
    [
      () =>
        ns.socket(
          ns.SocketFamily.INET,
          ns.SocketType.DGRAM | ns.SocketType.CLOEXEC,
        ),
      "socket(AF_INET, SOCK_DGRAM|SOCK_CLOEXEC, 0)",
    ],
  ],
  socketpair: [
    [
      () =>
        ns.socketpair(
          ns.SocketFamily.UNIX,
          ns.SocketType.SEQPACKET,
          0,
          ns.captureInts(fd, out),
        ),
      "socketpair(AF_UNIX, SOCK_SEQPACKET, 0, [<fd>, <out>])",
    ],
  ],
  bind: [
    [
      () => ns.bind(3, ns.unixAddress("\0a")),
      String.raw`bind(3, "\x01\x00\x00a", 4)`,
    ],
  ],
  connect: [
    [
      () => ns.connect(3, ns.unixAddress("/s")),
      String.raw`connect(3, "\x01\x00/s\x00", 5)`,
    ],
  ],
  listen: [[() => ns.listen(3), "listen(3, 128)"]],
  accept4: [[() => ns.accept4(3), "accept4(3, NULL, NULL, SOCK_CLOEXEC)"]],
  getsockname: [
    [
      () => ns.getsockname(3, buffer),
      "getsockname(3, /* 512 bytes */, /* 4 bytes */)",
    ],
  ],
  shutdown: [[() => ns.shutdown(3, 1), "shutdown(3, SHUT_WR)"]],
  setsockopt: [
    [
      () =>
        ns.setsockopt(3, ns.SocketLevel.SOCKET, ns.SocketOptions.PASSCRED, 1),
      String.raw`setsockopt(3, SOL_SOCKET, SO_PASSCRED, "\x01\x00\x00\x00", 4)`,
    ],
  ],
  getsockopt: [
    [
      () =>
        ns.getsockopt(
          3,
          ns.SocketLevel.SOCKET,
          ns.SocketOptions.PEERCRED,
          new Uint32Array(3),
        ),
      "getsockopt(3, SOL_SOCKET, SO_PEERCRED, /* 12 bytes */, /* 4 bytes */)",
    ],
  ],
  sendmsg: [
    [
      () => ns.sendmsg(3, { data: "x" }),
      'sendmsg(3, {msg_iov=[{iov_base="x"}]}, MSG_NOSIGNAL)',
    ],
  ],
  sendFds: [
    [
      () => ns.sendFds(3, [fd, 1]),
      String.raw`sendmsg(3, {msg_iov=[{iov_base="\x00"}], ` +
        "msg_control=[{cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[<fd>, 1]}]}, MSG_NOSIGNAL)",
    ],
  ],
  recvmsg: [
    [
      () => ns.recvmsg(3, ns.messageBuffer({ dataBytes: 16, fds: 1 })),
      "recvmsg(3, {msg_iov=[{iov_base=/* 16 bytes */}]}, MSG_CMSG_CLOEXEC)",
    ],
  ],
};
