import { CloneFlags, errnoName, errnoNumber } from "@ns/syscalls";
import { requires, root, unprivilegedUser } from "@ns/testkit";
import { beforeEach, describe, expect, test } from "vitest";
import {
  compileFilter,
  defaultCapabilities,
  defaultProfile,
  evaluate,
  formatVerdict,
  syscallNumber,
} from "../src/index.ts";
import { libseccomp, results, type Who } from "./internal/filtered.ts";

beforeEach((context) => requires(context, libseccomp));

const ALL = 0xffffffffffffffffn.toString();
const BAD = 1; // an address where nothing is

/** Arguments that do nothing should a call reach the kernel. */
const BLOCKED: readonly (readonly [string, ...(number | string)[]])[] = [
  // another kernel, or other code in this one
  ["kexec_load", 0, 0, 0, ALL],
  ["kexec_file_load", ALL, ALL, 0, BAD, ALL],
  ["reboot", 0, 0, 0, 0],
  ["init_module", BAD, 1, BAD],
  ["finit_module", ALL, BAD, ALL],
  ["delete_module", BAD, ALL],
  ["bpf", ALL, BAD, 0],
  ["perf_event_open", BAD, 0, ALL, ALL, ALL],
  ["iopl", 99],
  ["ioperm", ALL, 1, 1],
  ["syslog", ALL, 0, 0],
  // its keys
  ["keyctl", ALL],
  ["add_key", BAD, BAD, BAD, 1, 0],
  ["request_key", BAD, BAD, BAD, 0],
  // mounts
  ["mount", BAD, BAD, BAD, 0, 0],
  ["umount2", BAD, 0],
  ["pivot_root", BAD, BAD],
  ["open_tree", ALL, BAD, ALL],
  ["move_mount", ALL, BAD, ALL, BAD, 0],
  ["fsopen", BAD, 0],
  ["fsconfig", ALL, ALL, 0, 0, 0],
  ["fsmount", ALL, 0, 0],
  ["fspick", ALL, BAD, 0],
  ["mount_setattr", ALL, BAD, ALL, BAD, 0],
  // namespaces, and names of the machine
  ["unshare", CloneFlags.NEWUSER],
  ["unshare", CloneFlags.NEWNS],
  ["setns", ALL, 0],
  ["sethostname", BAD, ALL],
  ["setdomainname", BAD, ALL],
  // other processes
  ["kcmp", ALL, ALL, 99, 0, 0],
  ["pidfd_getfd", ALL, ALL, 0],
  ["process_madvise", ALL, BAD, 0, ALL, 0],
  ["move_pages", ALL, 1, BAD, BAD, BAD, ALL],
  ["migrate_pages", ALL, 1, BAD, BAD],
  // files of other roots, quotas, accounts, swap
  ["open_by_handle_at", ALL, BAD, 0],
  ["quotactl", ALL, BAD, ALL, 0],
  ["quotactl_fd", ALL, ALL, ALL, 0],
  ["acct", BAD],
  ["swapon", BAD, 0],
  ["swapoff", BAD],
  ["fanotify_init", ALL, 0],
  ["vhangup"],
  ["lookup_dcookie", ALL, BAD, 1],
  // the machine's clock
  ["settimeofday", BAD, 0],
  ["clock_settime", 0, BAD],
  // memory policy of the machine's nodes
  ["mbind", BAD, 1, 99, 0, 0, 0],
  ["set_mempolicy", 99, 0, 0],
  ["get_mempolicy", BAD, 0, 0, 0, ALL],
  ["set_mempolicy_home_node", BAD, 1, ALL, ALL],
  // often broken
  ["userfaultfd", ALL],
  ["io_uring_setup", 0, BAD],
  ["io_uring_enter", ALL, 0, 0, 0, 0],
  ["io_uring_register", ALL, ALL, 0, 0],
  // what nobody has needed for long
  ["uselib", BAD],
  ["ustat", ALL, BAD],
  ["sysfs", 99],
  ["nfsservctl", 0, 0, 0],
  ["_sysctl", BAD],
  // by argument
  ["personality", 0x40000],
  ["personality", "0x100000000"],
  ["socket", 38, 5, 0],
  ["socket", 40, 1, 0],
  ["socket", 12, 1, 0],
  ["socket", "0x100000002", 1, 0],
];

/** Clones that the kernel refuses anyway: CLONE_SIGHAND without CLONE_VM. */
const CLONES = (
  [
    "NEWNS",
    "NEWUTS",
    "NEWIPC",
    "NEWUSER",
    "NEWPID",
    "NEWNET",
    "NEWCGROUP",
  ] as const
).map((name) => ["clone", CloneFlags[name] | 0x800, 0, 0, 0, 0] as const);

interface Call {
  readonly label: string;
  readonly call: readonly [number, ...(number | string)[]];
}

function callsOf(
  table: readonly (readonly [string, ...(number | string)[]])[],
): Call[] {
  return table.flatMap(([name, ...args]) => {
    const nr = syscallNumber(name);
    return nr === undefined
      ? []
      : [
          {
            label: `${name}(${args.join(", ")})`,
            call: [nr, ...args] as const,
          },
        ];
  });
}

/** Not an errno that any of the calls fails with by itself. */
const MARK = errnoNumber("EBADFD");

describe.each<Who>(["container root", "user"])("as %s", (who) => {
  beforeEach((context) => {
    if (who === "user") requires(context, root, unprivilegedUser);
  });

  test("what reaches past a container is stopped by the filter, and not by the kernel", async () => {
    const calls = callsOf([...BLOCKED, ...CLONES]);
    expect(calls.length).toBeGreaterThan(60);
    const filter = compileFilter(
      { ...defaultProfile, defaultErrnoRet: MARK },
      { capabilities: defaultCapabilities },
    );
    const errors = await results(
      filter,
      calls.map(({ call }) => call),
      who,
    );
    expect(
      calls.map(({ label }, i) => `${label} ${errnoName(errors[i] ?? 0)}`),
    ).toEqual(calls.map(({ label }) => `${label} EBADFD`));
  });

  test("and is answered with EPERM; clone3 and what is newer with ENOSYS", async () => {
    const calls = callsOf([...BLOCKED, ...CLONES, ["clone3", BAD, 88]]);
    const newer = { label: "newer", call: [1000, 0] } as const;
    const errors = await results(
      compileFilter(defaultProfile, { capabilities: defaultCapabilities }),
      [...calls, newer].map(({ call }) => call),
      who,
    );
    for (const [i, { label }] of [...calls, newer].entries()) {
      const isNew = label === "newer" || label.startsWith("clone3");
      expect([label, errnoName(errors[i] ?? 0)]).toEqual([
        label,
        isNew ? "ENOSYS" : "EPERM",
      ]);
    }
  });
});

const SECTIONS: readonly (readonly [string, string])[] = [
  ["CAP_SYS_ADMIN", "mount"],
  ["CAP_SYS_ADMIN", "setns"],
  ["CAP_SYS_ADMIN", "unshare"],
  ["CAP_SYS_ADMIN", "clone3"],
  ["CAP_SYS_ADMIN", "bpf"],
  ["CAP_DAC_READ_SEARCH", "open_by_handle_at"],
  ["CAP_SYS_BOOT", "reboot"],
  ["CAP_SYS_CHROOT", "chroot"],
  ["CAP_SYS_MODULE", "init_module"],
  ["CAP_SYS_PACCT", "acct"],
  ["CAP_SYS_PTRACE", "kcmp"],
  ["CAP_SYS_PTRACE", "pidfd_getfd"],
  ["CAP_SYS_TIME", "clock_settime"],
  ["CAP_SYS_TTY_CONFIG", "vhangup"],
  ["CAP_SYS_NICE", "mbind"],
  ["CAP_SYSLOG", "syslog"],
  ["CAP_BPF", "bpf"],
  ["CAP_PERFMON", "perf_event_open"],
];

test.each(SECTIONS)(
  "with %s, and only then, %s is allowed",
  (capability, name) => {
    const nr = syscallNumber(name) ?? -1;
    const verdict = (capabilities: readonly string[]): string =>
      formatVerdict(
        evaluate(compileFilter(defaultProfile, { capabilities }).filter, {
          nr,
        }),
      );
    expect(verdict([capability])).toBe("ALLOW");
    expect(verdict([])).toBe(
      name === "clone3" ? "ERRNO(ENOSYS)" : "ERRNO(EPERM)",
    );
  },
);

const ALLOWED: readonly (readonly [string, ...number[]])[] = [
  ["read"],
  ["execve"],
  ["clone", 0x1200011],
  ["clone", 0x3d0f00],
  ["socket", 1],
  ["socket", 2],
  ["socket", 10],
  ["socket", 16],
  ["personality", 0],
  ["personality", 0x20008],
  ["personality", 0xffffffff],
  ["ptrace"],
  ["process_vm_readv"],
  ["landlock_restrict_self"],
  ["seccomp"],
  ["memfd_create"],
  ["getrandom"],
];

test("what programs need is allowed, with no capability at all", () => {
  const { filter } = compileFilter(defaultProfile);
  const verdicts = ALLOWED.map(([name, ...args]) => {
    const nr = syscallNumber(name) ?? -1;
    return [name, ...args, formatVerdict(evaluate(filter, { nr, args }))];
  });
  expect(verdicts).toEqual(ALLOWED.map((each) => [...each, "ALLOW"]));
});

test("a kernel before 4.8 is not let trace", () => {
  const before = { ...defaultProfile, syscalls: defaultProfile.syscalls ?? [] };
  const rule = before.syscalls.find(({ names }) => names.includes("ptrace"));
  expect(rule?.includes).toEqual({ minKernel: "4.8" });
});

test("programs of 32 bits are filtered too, those of another machine killed", () => {
  const { filter } = compileFilter(defaultProfile);
  const [small, smallMount, other] =
    process.arch === "x64"
      ? (["SCMP_ARCH_X86", 21, "SCMP_ARCH_AARCH64"] as const)
      : (["SCMP_ARCH_ARM", 21, "SCMP_ARCH_X86_64"] as const);
  const verdict = (arch: typeof small | typeof other, nr: number): string =>
    formatVerdict(evaluate(filter, { arch, nr }));
  expect(verdict(small, 3)).toBe("ALLOW"); // read
  expect(verdict(small, smallMount)).toBe("ERRNO(EPERM)");
  expect(verdict(other, 0)).toBe("KILL_THREAD");
});
