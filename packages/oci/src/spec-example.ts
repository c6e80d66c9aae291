import type { Config, Mount } from "./config.ts";
import type { IdMapping, Linux, Namespace, NamespaceType } from "./linux.ts";
import { OCI_VERSION } from "./version.ts";

export interface SpecExampleOptions {
  /** For a runtime without privileges, in a user namespace where root is the caller; default false. */
  readonly rootless?: boolean;
  /** With a cgroup namespace, which version 2 of cgroups wants; default false. */
  readonly cgroupNamespace?: boolean;
}

const CAPABILITIES = [
  "CAP_AUDIT_WRITE",
  "CAP_KILL",
  "CAP_NET_BIND_SERVICE",
] as const;

/** A config.json to begin with: a shell in a terminal, with `rootfs` as its root. As `runc spec` and its `--rootless`. */
export function specExample({
  rootless = false,
  cgroupNamespace = false,
}: SpecExampleOptions = {}): Config {
  const more: readonly NamespaceType[] = cgroupNamespace ? ["cgroup"] : [];
  return {
    ociVersion: OCI_VERSION,
    process: {
      terminal: true,
      user: { uid: 0, gid: 0 },
      args: ["sh"],
      env: [
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "TERM=xterm",
      ],
      cwd: "/",
      capabilities: {
        bounding: CAPABILITIES,
        effective: CAPABILITIES,
        permitted: CAPABILITIES,
      },
      rlimits: [{ type: "RLIMIT_NOFILE", hard: 1024, soft: 1024 }],
      noNewPrivileges: true,
    },
    root: { path: "rootfs", readonly: true },
    hostname: "minibox",
    mounts: mounts(rootless),
    linux: {
      ...(rootless ? unprivileged(...more) : privileged(...more)),
      ...hiding(),
    },
  };
}

function mounts(rootless: boolean): Mount[] {
  const quiet = ["nosuid", "noexec", "nodev"];
  return [
    { destination: "/proc", type: "proc", source: "proc" },
    {
      destination: "/dev",
      type: "tmpfs",
      source: "tmpfs",
      options: ["nosuid", "strictatime", "mode=755", "size=65536k"],
    },
    {
      destination: "/dev/pts",
      type: "devpts",
      source: "devpts",
      options: [
        "nosuid",
        "noexec",
        "newinstance",
        "ptmxmode=0666",
        "mode=0620",
        // tty, which has no id in a namespace with one group
        ...(rootless ? [] : ["gid=5"]),
      ],
    },
    {
      destination: "/dev/shm",
      type: "tmpfs",
      source: "shm",
      options: [...quiet, "mode=1777", "size=65536k"],
    },
    {
      destination: "/dev/mqueue",
      type: "mqueue",
      source: "mqueue",
      options: quiet,
    },
    rootless
      ? {
          // a new sysfs takes a network namespace of one's own
          destination: "/sys",
          type: "none",
          source: "/sys",
          options: ["rbind", ...quiet, "ro"],
        }
      : {
          destination: "/sys",
          type: "sysfs",
          source: "sysfs",
          options: [...quiet, "ro"],
        },
    {
      destination: "/sys/fs/cgroup",
      type: "cgroup",
      source: "cgroup",
      options: [...quiet, "relatime", "ro"],
    },
  ];
}

function privileged(...more: NamespaceType[]): Linux {
  return {
    resources: { devices: [{ allow: false, access: "rwm" }] },
    namespaces: namespaces("pid", "network", "ipc", "uts", "mount", ...more),
  };
}

function unprivileged(...more: NamespaceType[]): Linux {
  const one = (hostID: number): IdMapping[] => [
    { containerID: 0, hostID, size: 1 },
  ];
  return {
    // they exist on every system but Windows
    uidMappings: one(process.geteuid?.() ?? 0),
    gidMappings: one(process.getegid?.() ?? 0),
    namespaces: namespaces("pid", "ipc", "uts", "mount", "user", ...more),
  };
}

function namespaces(...types: NamespaceType[]): Namespace[] {
  return types.map((type) => ({ type }));
}

/** What tells of the host, or changes it. */
function hiding(): Linux {
  return {
    maskedPaths: [
      "/proc/acpi",
      "/proc/asound",
      "/proc/kcore",
      "/proc/keys",
      "/proc/latency_stats",
      "/proc/timer_list",
      "/proc/timer_stats",
      "/proc/sched_debug",
      "/sys/firmware",
      "/proc/scsi",
    ],
    readonlyPaths: [
      "/proc/bus",
      "/proc/fs",
      "/proc/irq",
      "/proc/sys",
      "/proc/sysrq-trigger",
    ],
  };
}
