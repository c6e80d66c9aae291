import { program, requires } from "@ns/testkit";
import { describe, expect, test } from "vitest";
import * as ns from "../src/index.ts";
import {
  type Assertion,
  checkAgainstHeaders,
  compilers,
} from "./internal/headers.ts";
import { newerThanHeaders } from "./internal/newer.ts";

type Table = Readonly<Record<string, number | bigint>>;

/** Tables, the headers that define them, and what their keys leave out of the kernel's names. */
const groups: Readonly<
  Record<
    string,
    readonly [
      headers: readonly string[],
      ...tables: (readonly [Table, string])[],
    ]
  >
> = {
  clone: [
    ["linux/sched.h"],
    [ns.CloneFlags, "CLONE_"],
    [ns.Clone3Flags, "CLONE_"],
  ],
  signals: [["signal.h"], [ns.Signals, ""]],
  files: [
    [
      "linux/types.h",
      "linux/fcntl.h",
      "linux/openat2.h",
      "linux/stat.h",
      "linux/fs.h",
      "linux/close_range.h",
    ],
    [ns.ResolveFlags, "RESOLVE_"],
    [ns.AtFlags, "AT_"],
    [ns.FileMode, "S_"],
    [ns.RenameFlags, "RENAME_"],
    [ns.CloseRangeFlags, "CLOSE_RANGE_"],
    [ns.SeekWhence, "SEEK_"],
    [ns.StatxMask, "STATX_"],
    [ns.FcntlCommands, "F_"],
    [ns.FdFlags, "FD_"],
    [ns.SealFlags, "F_SEAL_"],
    [ns.FlockOperations, "LOCK_"],
  ],
  memfd: [["linux/memfd.h"], [ns.MfdFlags, "MFD_"]],
  "mount api": [
    ["linux/types.h", "linux/fcntl.h", "linux/mount.h"],
    [ns.MountFlags, "MS_"],
    [pick(ns.OpenTreeFlags, "CLONE", "CLOEXEC"), "OPEN_TREE_"],
    [
      pick(
        ns.OpenTreeFlags,
        "SYMLINK_NOFOLLOW",
        "NO_AUTOMOUNT",
        "EMPTY_PATH",
        "RECURSIVE",
      ),
      "AT_",
    ],
    [ns.MoveMountFlags, "MOVE_MOUNT_"],
    [ns.FsopenFlags, "FSOPEN_"],
    [ns.FsmountFlags, "FSMOUNT_"],
    [ns.FspickFlags, "FSPICK_"],
    [ns.FsconfigCommand, "FSCONFIG_"],
    [ns.MountAttrFlags, "MOUNT_ATTR_"],
    [ns.StatmountMask, "STATMOUNT_"],
    [{ LSMT_ROOT: ns.LSMT_ROOT }, ""],
  ],
  umount: [
    ["sys/mount.h"],
    [pick(ns.UmountFlags, "FORCE", "DETACH", "EXPIRE"), "MNT_"],
    [pick(ns.UmountFlags, "NOFOLLOW"), "UMOUNT_"],
  ],
  prctl: [
    ["linux/prctl.h", "linux/securebits.h"],
    [ns.PrctlOptions, "PR_"],
    [ns.CapAmbientOperations, "PR_CAP_AMBIENT_"],
    [ns.SecureBits, "SECBIT_"],
  ],
  capabilities: [
    ["linux/capability.h"],
    [ns.Capabilities, "CAP_"],
    [{ VERSION_3: ns.CAPABILITY_VERSION_3 }, "_LINUX_CAPABILITY_"],
  ],
  resources: [
    ["linux/resource.h"],
    [ns.RlimitResources, "RLIMIT_"],
    [{ RLIM64_INFINITY: ns.RLIM_INFINITY }, ""],
    [ns.PriorityTargets, "PRIO_"],
  ],
  wait: [
    ["signal.h", "linux/wait.h", "linux/pidfd.h"],
    [ns.WaitOptions, "W"],
    [pick(ns.WaitIdTypes, "PIDFD"), "P_"],
    [ns.ChildCodes, "CLD_"],
    [ns.PidfdFlags, "PIDFD_"],
  ],
  seccomp: [
    ["linux/seccomp.h"],
    [ns.SeccompOperations, "SECCOMP_"],
    [ns.SeccompFlags, "SECCOMP_FILTER_FLAG_"],
    [ns.SeccompActions, "SECCOMP_RET_"],
  ],
  ioctl: [
    [
      "linux/types.h",
      "linux/fs.h",
      "asm/ioctls.h",
      "linux/nsfs.h",
      "linux/pidfd.h",
      "linux/seccomp.h",
      "linux/sockios.h",
    ],
    [ns.IoctlRequests, ""],
  ],
  interfaces: [["linux/if.h"], [ns.InterfaceFlags, "IFF_"]],
  sockets: [
    ["sys/socket.h", "linux/net.h"],
    [ns.SocketFamily, "AF_"],
    [ns.SocketType, "SOCK_"],
    [ns.SocketLevel, "SOL_"],
    [ns.SocketOptions, "SO_"],
    [ns.ScmTypes, "SCM_"],
    [ns.MsgFlags, "MSG_"],
  ],
  poll: [["asm/poll.h"], [ns.PollEvents, "POLL"]],
  personality: [
    ["linux/personality.h"],
    [pick(ns.Personality, "LINUX", "LINUX32"), "PER_"],
    [without(ns.Personality, "LINUX", "LINUX32"), ""],
  ],
  landlock: [
    ["linux/landlock.h"],
    [ns.LandlockFsAccess, "LANDLOCK_ACCESS_FS_"],
    [ns.LandlockNetAccess, "LANDLOCK_ACCESS_NET_"],
    [ns.LandlockScopes, "LANDLOCK_SCOPE_"],
    [ns.LandlockCreateFlags, "LANDLOCK_CREATE_RULESET_"],
    [ns.LandlockRuleTypes, "LANDLOCK_RULE_"],
    [ns.LandlockRestrictFlags, "LANDLOCK_RESTRICT_SELF_"],
  ],
  keys: [
    ["linux/keyctl.h"],
    [ns.KeyctlOperations, "KEYCTL_"],
    [ns.KeySpecs, "KEY_SPEC_"],
  ],
  scheduling: [
    ["linux/types.h", "linux/sched.h", "linux/ioprio.h", "linux/mempolicy.h"],
    [ns.SchedPolicy, "SCHED_"],
    [ns.SchedFlags, "SCHED_FLAG_"],
    [ns.IoprioClasses, "IOPRIO_CLASS_"],
    [ns.IoprioTargets, "IOPRIO_WHO_"],
    [ns.MemoryPolicy, "MPOL_"],
  ],
  "file systems": [["linux/magic.h"], [magicNames(), ""]],
  statfs: [["sys/statvfs.h"], [without(ns.StatfsFlags, "NOSYMFOLLOW"), "ST_"]],
  xattr: [["linux/xattr.h"], [ns.XattrFlags, "XATTR_"]],
  access: [
    ["unistd.h"],
    [
      {
        F_OK: ns.AccessMode.F,
        X_OK: ns.AccessMode.X,
        W_OK: ns.AccessMode.W,
        R_OK: ns.AccessMode.R,
      },
      "",
    ],
  ],
  bpf: [
    ["linux/bpf.h"],
    [ns.BpfCommands, "BPF_"],
    [ns.BpfAttachFlags, "BPF_F_"],
    [pick(ns, "BPF_PROG_TYPE_CGROUP_DEVICE", "BPF_CGROUP_DEVICE"), ""],
  ],
  kcmp: [["linux/kcmp.h"], [ns.KcmpTypes, "KCMP_"]],
};

describe.each(["x64", "arm64"] as const)("on %s", (arch) => {
  test.for(Object.entries(groups))(
    "constants of %s are the kernel's",
    ([, [headers, ...tables]], context) => {
      requires(context, program(compilers[arch]));
      const assertions = tables.flatMap(([table, prefix]) =>
        assertionsOf(table, prefix),
      );
      expect(assertions.length).toBeGreaterThan(0);
      const { wrong, unknown } = checkAgainstHeaders(arch, headers, assertions);
      expect(wrong).toEqual([]);
      expectNewer(unknown, assertions);
    },
  );

  test("the flags of open(2) are the kernel's", (context) => {
    requires(context, program(compilers[arch]));
    const { ASYNC, ...flags } = ns.openFlagsOf(arch);
    // the kernel knows O_ASYNC by an older name
    const assertions = [
      ...assertionsOf(flags, "O_"),
      ["FASYNC", ASYNC] as const,
    ];
    const verdict = checkAgainstHeaders(
      arch,
      ["linux/types.h", "linux/fcntl.h"],
      assertions,
    );
    expect(verdict).toEqual({ wrong: [], unknown: [] });
  });
});

test("the flags of open(2) are those of this architecture", () => {
  expect(ns.OpenFlags).toEqual(ns.openFlagsOf(ns.currentArch()));
});

test("every table of constants is checked", () => {
  const checked = new Set<unknown>(
    Object.values(groups).flatMap(([, ...tables]) =>
      tables.map(([table]) => table),
    ),
  );
  const elsewhere = new Set<unknown>([
    ns.OpenFlags,
    ns.OpenTreeFlags,
    ns.UmountFlags,
    ns.WaitIdTypes,
    ns.Personality,
    ns.FilesystemMagic,
    ns.StatfsFlags,
    ns.AccessMode,
  ]);
  const tables = Object.entries(ns).filter(
    ([, value]) => typeof value === "object" && !("fields" in value),
  );
  expect(tables.length).toBeGreaterThan(40);
  expect(
    tables
      .filter(([, table]) => !checked.has(table) && !elsewhere.has(table))
      .map(([name]) => name),
  ).toEqual([]);
});

test("what this machine's headers cannot confirm is what the newest headers say", () => {
  const all = Object.values(groups).flatMap(([, ...tables]) =>
    tables.flatMap(([table, prefix]) => assertionsOf(table, prefix)),
  );
  const ours = Object.fromEntries(
    all.filter(([name]) => name in newerThanHeaders),
  );
  expect(ours).toEqual(newerThanHeaders);
});

/** Misspelt names are unknown too, so those must be in the list. */
function expectNewer(
  unknown: readonly string[],
  assertions: readonly Assertion[],
): void {
  const names = assertions
    .map(([name]) => name)
    .filter((name) => unknown.includes(name));
  expect(names.filter((name) => !(name in newerThanHeaders))).toEqual([]);
}

function assertionsOf(table: Table, prefix: string): Assertion[] {
  return Object.entries(table).map(([key, value]) => [prefix + key, value]);
}

function pick<T extends object>(
  table: T,
  ...keys: (keyof T & string)[]
): Table {
  return Object.fromEntries(
    Object.entries(table).filter(([key]) =>
      keys.includes(key as keyof T & string),
    ),
  );
}

function without<T extends object>(
  table: T,
  ...keys: (keyof T & string)[]
): Table {
  return Object.fromEntries(
    Object.entries(table).filter(
      ([key]) => !keys.includes(key as keyof T & string),
    ),
  );
}

/** The header has some with `_SUPER_MAGIC`, some with `_MAGIC`, and some with a word more. */
function magicNames(): Table {
  const names: Readonly<Record<string, string>> = {
    ANON_INODE: "ANON_INODE_FS_MAGIC",
    BPF: "BPF_FS_MAGIC",
    NSFS: "NSFS_MAGIC",
    EROFS: "EROFS_SUPER_MAGIC_V1",
    V9FS: "V9FS_MAGIC",
  };
  const plain = [
    "TMPFS",
    "RAMFS",
    "PIPEFS",
    "SOCKFS",
    "DEBUGFS",
    "TRACEFS",
    "SYSFS",
    "SECURITYFS",
    "SELINUX",
    "SQUASHFS",
  ];
  const withMagic = new Set([...plain, "HUGETLBFS", "BINFMTFS", "EFIVARFS"]);
  return Object.fromEntries(
    Object.entries(ns.FilesystemMagic).map(([key, value]) => [
      names[key] ?? `${key}_${withMagic.has(key) ? "MAGIC" : "SUPER_MAGIC"}`,
      value,
    ]),
  );
}
