import { program, requires } from "@ns/testkit";
import { describe, expect, test } from "vitest";
import * as ns from "../src/index.ts";
import {
  type Assertion,
  checkAgainstHeaders,
  compilers,
} from "./internal/headers.ts";

interface Known {
  readonly layout: ns.Layout<never>;
  readonly headers: readonly string[];
  /** As C names it. */
  readonly type: string;
  /** Fields that C names differently from us. */
  readonly fields?: Readonly<Record<string, string>>;
  /** What the headers of Linux 6.1 lack of it. */
  readonly newer?: readonly string[];
}

const known: Readonly<Record<string, Known>> = {
  clone_args: of(ns.cloneArgsLayout, "linux/sched.h"),
  open_how: of(ns.openHowLayout, "linux/openat2.h"),
  mount_attr: of(ns.mountAttrLayout, "linux/mount.h"),
  rlimit64: of(ns.rlimitLayout, "linux/resource.h"),
  rusage: {
    ...of(ns.rusageLayout, "linux/resource.h"),
    fields: {
      ru_utime_sec: "ru_utime.tv_sec",
      ru_utime_usec: "ru_utime.tv_usec",
      ru_stime_sec: "ru_stime.tv_sec",
      ru_stime_usec: "ru_stime.tv_usec",
    },
  },
  siginfo_t: {
    ...of(ns.siginfoLayout, "asm/siginfo.h"),
    type: "siginfo_t",
    fields: { _pad: "" },
  },
  pollfd: of(ns.pollfdLayout, "asm/poll.h"),
  timespec: {
    ...of(ns.timespecLayout, "linux/time_types.h"),
    type: "struct __kernel_timespec",
  },
  __user_cap_header_struct: of(ns.capHeaderLayout, "linux/capability.h"),
  __user_cap_data_struct: of(ns.capDataLayout, "linux/capability.h"),
  sock_fprog: of(ns.sockFprogLayout, "linux/filter.h"),
  winsize: of(ns.winsizeLayout, "asm/termios.h"),
  msghdr: of(ns.msghdrLayout, "sys/socket.h"),
  cmsghdr: of(ns.cmsghdrLayout, "sys/socket.h"),
  iovec: of(ns.iovecLayout, "linux/uio.h"),
  statfs: of(ns.statfsLayout, "asm/statfs.h"),
  statx: {
    ...of(ns.statxLayout, "linux/stat.h"),
    fields: Object.fromEntries(
      ["atime", "btime", "ctime", "mtime"].flatMap((time) => [
        [`${time}_sec`, `stx_${time}.tv_sec`],
        [`${time}_nsec`, `stx_${time}.tv_nsec`],
      ]),
    ),
  },
  landlock_ruleset_attr: {
    ...of(ns.landlockRulesetLayout, "linux/landlock.h"),
    newer: [
      "sizeof(struct landlock_ruleset_attr)",
      "handled_access_net",
      "scoped",
    ],
  },
  landlock_path_beneath_attr: of(
    ns.landlockPathBeneathLayout,
    "linux/landlock.h",
  ),
  landlock_net_port_attr: {
    ...of(ns.landlockNetPortLayout, "linux/landlock.h"),
    newer: ["landlock_net_port_attr"],
  },
  sched_attr: of(ns.schedAttrLayout, "linux/sched/types.h"),
  statmount: {
    ...of(ns.statmountLayout, "linux/mount.h"),
    newer: ["statmount"],
  },
  mnt_id_req: {
    ...of(ns.mountIdRequestLayout, "linux/mount.h"),
    newer: ["mnt_id_req"],
  },
};

describe.each(["x64", "arm64"] as const)("on %s", (arch) => {
  test.for(Object.entries(known))(
    "struct %s lies in memory as the kernel's does",
    ([, struct], context) => {
      requires(context, program(compilers[arch]));
      const headers = ["linux/types.h", "asm/posix_types.h", ...struct.headers];
      const { wrong, unknown } = checkAgainstHeaders(
        arch,
        headers,
        assertionsOf(struct),
      );
      const isNewer = (expression: string): boolean =>
        struct.newer?.some((part) => expression.includes(part)) ?? false;
      expect(
        [...wrong, ...unknown].filter((expression) => !isNewer(expression)),
      ).toEqual([]);
    },
  );
});

test("every layout is checked", () => {
  const layouts = Object.entries(ns).filter(([name]) =>
    name.endsWith("Layout"),
  );
  const checked = new Set<unknown>(
    Object.values(known).map((each) => each.layout),
  );
  expect(
    layouts.filter(([, layout]) => !checked.has(layout)).map(([name]) => name),
  ).toEqual([]);
});

// offsets counted by hand in include/uapi/linux/landlock.h and mount.h of torvalds/linux
test.each([
  [
    ns.landlockRulesetLayout,
    24,
    { handled_access_fs: 0, handled_access_net: 8, scoped: 16 },
  ],
  [ns.landlockNetPortLayout, 16, { allowed_access: 0, port: 8 }],
  [
    ns.mountIdRequestLayout,
    32,
    { size: 0, spare: 4, mnt_id: 8, param: 16, mnt_ns_id: 24 },
  ],
  [
    ns.statmountLayout,
    512,
    {
      size: 0,
      mnt_opts: 4,
      mask: 8,
      sb_dev_major: 16,
      sb_dev_minor: 20,
      sb_magic: 24,
      sb_flags: 32,
      fs_type: 36,
      mnt_id: 40,
      mnt_parent_id: 48,
      mnt_id_old: 56,
      mnt_parent_id_old: 60,
      mnt_attr: 64,
      mnt_propagation: 72,
      mnt_peer_group: 80,
      mnt_master: 88,
      propagate_from: 96,
      mnt_root: 104,
      mnt_point: 108,
      mnt_ns_id: 112,
      fs_subtype: 120,
      sb_source: 124,
    },
  ],
] as const)(
  "a struct newer than this machine's headers has the offsets of the newest header",
  (layout, size, offsets) => {
    expect(
      Object.fromEntries(layout.fields.map((field) => [field.key, field.at])),
    ).toEqual(offsets);
    expect(layout.size).toBe(size);
  },
);

test.each([
  ["SIGINFO_SIZE", ns.SIGINFO_SIZE, ns.siginfoLayout.size],
  ["RUSAGE_SIZE", ns.RUSAGE_SIZE, ns.rusageLayout.size],
  ["RLIMIT_SIZE", ns.RLIMIT_SIZE, ns.rlimitLayout.size],
  ["STATX_SIZE", ns.STATX_SIZE, ns.statxLayout.size],
  ["STATFS_SIZE", ns.STATFS_SIZE, ns.statfsLayout.size],
  ["WINSIZE_SIZE", ns.WINSIZE_SIZE, ns.winsizeLayout.size],
  ["CAPABILITY_DATA_SIZE", ns.CAPABILITY_DATA_SIZE, ns.capDataLayout.size * 2],
])("%s is the size of its struct", (_name, size, expected) => {
  expect(size).toBe(expected);
});

test.for(["x64", "arm64"] as const)(
  "structs without a layout have the sizes of the kernel's on %s",
  (arch, context) => {
    requires(context, program(compilers[arch]));
    const sizes: Assertion[] = [
      ["sizeof(struct new_utsname)", ns.UTSNAME_SIZE],
      ["sizeof(struct ifreq)", 40],
      ["offsetof(struct ifreq, ifr_flags)", 16],
      ["sizeof(struct file_handle)", 8],
      ["MAX_HANDLE_SZ", 128],
      ["sizeof(struct sockaddr_un)", 110],
      ["sizeof(struct sock_filter)", 8],
    ];
    const headers = [
      "fcntl.h",
      "linux/utsname.h",
      "linux/if.h",
      "sys/un.h",
      "linux/filter.h",
    ];
    expect(checkAgainstHeaders(arch, headers, sizes)).toEqual({
      wrong: [],
      unknown: [],
    });
  },
);

function of(layout: ns.Layout<never>, header: string): Known {
  return { layout, headers: [header], type: `struct ${layout.name}` };
}

function assertionsOf({ layout, type, fields = {} }: Known): Assertion[] {
  return [
    [`sizeof(${type})`, layout.size],
    ...layout.fields.flatMap(({ key, at }): Assertion[] => {
      const field = fields[key] ?? key;
      return field === "" ? [] : [[`offsetof(${type}, ${field})`, at]];
    }),
  ];
}
