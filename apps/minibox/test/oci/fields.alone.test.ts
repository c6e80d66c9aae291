import { program, requires, root } from "@ns/testkit";
import { expect, test } from "vitest";
import { Bundle, type Draft, uniqueId } from "../internal/bundle.ts";

const NEEDS = [root, program("busybox")] as const;

type Row = readonly [
  what: string,
  change: (config: Draft) => void,
  script: string,
  out: string | RegExp,
];

/** Changes the process. */
function ofProcess(process: Partial<Draft["process"]>) {
  return (config: Draft): void => {
    if (config.process !== undefined) Object.assign(config.process, process);
  };
}

/** Changes linux. */
function ofLinux(linux: NonNullable<Draft["linux"]>) {
  return (config: Draft): void => {
    config.linux = { ...config.linux, ...linux };
  };
}

/** Adds a tmpfs at /t, and whatever else. */
function mounts(...more: NonNullable<Draft["mounts"]>) {
  return (config: Draft): void => {
    config.mounts?.push(...more);
  };
}

const PROCESS: readonly Row[] = [
  [
    "umask and groups",
    ofProcess({
      user: { uid: 7, gid: 8, umask: 0o27, additionalGids: [9, 10] },
    }),
    "umask; id -u; id -g; id -G",
    "0027\n7\n8\n8 9 10\n",
  ],
  [
    "oomScoreAdj",
    ofProcess({ oomScoreAdj: 500 }),
    "cat /proc/self/oom_score_adj",
    "500\n",
  ],
  [
    "rlimits",
    ofProcess({
      rlimits: [
        { type: "RLIMIT_NOFILE", soft: 100, hard: 200 },
        { type: "RLIMIT_CORE", soft: 0, hard: 0 },
      ],
    }),
    "ulimit -Sn; ulimit -Hn; ulimit -c",
    "100\n200\n0\n",
  ],
  [
    "scheduler: batch, with a nice value",
    ofProcess({ scheduler: { policy: "SCHED_BATCH", nice: 5 } }),
    "cut -d' ' -f19,41 /proc/self/stat",
    "5 3\n",
  ],
  [
    "scheduler: deadline, which a child would not get",
    ofProcess({
      args: ["grep", "-E", "^(policy|dl.runtime)", "/proc/self/sched"],
      scheduler: {
        ...{ policy: "SCHED_DEADLINE", flags: ["SCHED_FLAG_RESET_ON_FORK"] },
        ...{ runtime: 1_000_000, deadline: 5_000_000, period: 10_000_000 },
      },
    }),
    "",
    /^policy +: +6\n/,
  ],
  [
    "ioPriority",
    ofProcess({ ioPriority: { class: "IOPRIO_CLASS_IDLE", priority: 0 } }),
    "ionice -p $$",
    "idle\n",
  ],
  [
    "ioPriority: best effort",
    ofProcess({ ioPriority: { class: "IOPRIO_CLASS_BE", priority: 6 } }),
    "ionice -p $$",
    "best-effort: prio 6\n",
  ],
  [
    "noNewPrivileges",
    ofProcess({ noNewPrivileges: true }),
    "grep NoNew /proc/self/status",
    "NoNewPrivs:\t1\n",
  ],
];

const LINUX: readonly Row[] = [
  [
    "personality",
    ofLinux({ personality: { domain: "LINUX32" } }),
    "cat /proc/self/personality",
    "00000008\n",
  ],
  [
    "memoryPolicy",
    ofLinux({
      memoryPolicy: {
        mode: "MPOL_BIND",
        nodes: "0",
        flags: ["MPOL_F_STATIC_NODES"],
      },
    }),
    "grep -c bind=static:0 /proc/self/numa_maps",
    /^[1-9]/,
  ],
  [
    "timeOffsets",
    (config) => {
      ofLinux({
        namespaces: [...(config.linux?.namespaces ?? []), { type: "time" }],
        timeOffsets: {
          monotonic: { secs: 1000, nanosecs: 5 },
          boottime: { secs: 864_000 },
        },
      })(config);
    },
    "tr -s ' ' </proc/self/timens_offsets; test $(cut -d. -f1 /proc/uptime) -gt 864000 && echo later",
    "monotonic 1000 5\nboottime 864000 0\nlater\n",
  ],
  [
    "sysctl, of the network and of IPC",
    ofLinux({
      sysctl: {
        "net.ipv4.ip_forward": "1",
        "kernel.msgmax": "4096",
        "fs.mqueue.msg_max": "11",
        "net/ipv4/conf/lo/forwarding": "0",
      },
    }),
    "cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/msgmax /proc/sys/fs/mqueue/msg_max /proc/sys/net/ipv4/conf/lo/forwarding",
    "1\n4096\n11\n0\n",
  ],
  ...(["shared", "slave", "private", "unbindable"] as const).map(
    (rootfsPropagation): Row => [
      `rootfsPropagation ${rootfsPropagation}`,
      ofLinux({ rootfsPropagation }),
      "grep ' / / \\| /[^ ]*/rootfs / ' /proc/self/mountinfo | sed 's/.* r[ow],[a-z,]* //; s/- .*//; s/[0-9]//g'",
      {
        shared: "shared: \n",
        slave: /^(master: )?\n/,
        private: "\n",
        unbindable: "unbindable \n",
      }[rootfsPropagation],
    ],
  ),
];

const OPTIONS = "grep ' /t ' /proc/self/mountinfo | cut -d' ' -f6";
const tmpfs = (...options: string[]) => ({
  ...{ destination: "/t", type: "tmpfs", source: "tmpfs" },
  options,
});
const onT = (options: string[], out: string | RegExp): Row => [
  `options ${options.join()}`,
  mounts(tmpfs(...options)),
  OPTIONS,
  out,
];

const MOUNTS: readonly Row[] = [
  onT(["ro", "nosuid", "nodev", "noexec"], "ro,nosuid,nodev,noexec,relatime\n"),
  onT(["noatime", "nodiratime"], "rw,noatime,nodiratime\n"),
  onT(["strictatime", "nosymfollow"], "rw,nosymfollow\n"),
  onT(["ro", "rw", "nosuid", "suid", "nodev", "dev"], "rw,relatime\n"),
  onT(["rro", "rnosuid"], "ro,nosuid,relatime\n"),
  onT(
    ["rnoatime", "rnodev", "rnoexec", "rnodiratime", "rnosymfollow"],
    "rw,nodev,noexec,noatime,nodiratime,nosymfollow\n",
  ),
  [
    "options of the file system",
    mounts(
      tmpfs("size=64k", "mode=1700", "uid=3", "lazytime", "sync", "dirsync"),
    ),
    "stat -c '%a %u' /t; df -k /t | tail -1 | tr -s ' ' | cut -d' ' -f2; grep ' /t ' /proc/mounts | cut -d' ' -f4",
    /^1700 3\n64\nrw,sync,dirsync,lazytime,relatime,size=64k,mode=1700,uid=3/,
  ],
  [
    "recursive attributes of a tree, where those of one mount are not",
    (config) => {
      config.mounts?.push(
        tmpfs(),
        {
          destination: "/b",
          source: "/dev",
          options: ["rbind", "rro", "rnoexec"],
        },
        { destination: "/c", source: "/dev", options: ["rbind", "ro"] },
      );
    },
    "touch /b/x /b/shm/x 2>&1 | grep -c Read-only; touch /c/x 2>&1 | grep -c Read-only; touch /c/shm/minibox-test && rm /c/shm/minibox-test && echo written",
    /^[12]\n1\n/,
  ],
  [
    "tmpcopyup",
    (config) => {
      config.mounts?.push({ ...tmpfs("tmpcopyup"), destination: "/bin" });
    },
    "ls -l /bin/busybox | cut -c1-10; readlink /bin/sh; grep -c ' /bin ' /proc/self/mountinfo",
    "-rwxr-xr-x\nbusybox\n1\n",
  ],
  [
    "a relative destination",
    mounts({ ...tmpfs(), destination: "t/../t" }),
    "grep -c ' /t ' /proc/self/mountinfo",
    "1\n",
  ],
  [
    "remount, of a mount that is there",
    mounts(tmpfs("size=64k"), { ...tmpfs("remount", "ro", "size=128k") }),
    "grep ' /t ' /proc/mounts | cut -d' ' -f4",
    /^ro,relatime,size=128k/,
  ],
  [
    "remount of a bind mount alone",
    mounts(tmpfs(), {
      destination: "/t",
      source: "/t",
      options: ["bind", "remount", "ro", "nosuid"],
    }),
    "grep ' /t ' /proc/self/mountinfo | cut -d' ' -f6; grep ' /t ' /proc/self/mountinfo | sed 's/.*tmpfs //' | cut -d, -f1",
    "ro,nosuid,relatime\nrw\n",
  ],
  [
    "propagation of a mount that is there",
    mounts(tmpfs(), { destination: "/t", options: ["shared"] }),
    "grep ' /t ' /proc/self/mountinfo | grep -c shared:",
    "1\n",
  ],
  ...(["rshared", "rslave", "rprivate", "runbindable"] as const).map(
    (type): Row => [
      `propagation ${type}`,
      mounts(tmpfs(type)),
      "grep ' /t ' /proc/self/mountinfo | sed 's/.* rw,[a-z,]* //; s/- .*//; s/[0-9]//g'",
      {
        rshared: "shared: \n",
        rslave: "\n",
        rprivate: "\n",
        runbindable: "unbindable \n",
      }[type],
    ],
  ),
];

/** A text is all of the output, a pattern what is in it. */
function exactly(out: string | RegExp): RegExp {
  return typeof out === "string"
    ? new RegExp(`^${out.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}$`)
    : out;
}

test.for([...PROCESS, ...LINUX, ...MOUNTS])(
  "%s",
  async ([, change, script, out], context) => {
    requires(context, ...NEEDS);
    const bundle = new Bundle().configure(script, change);
    const { stdout, stderr } = await bundle.minibox("run", uniqueId());
    expect(stderr).toBe("");
    expect(stdout).toMatch(exactly(out));
  },
);
