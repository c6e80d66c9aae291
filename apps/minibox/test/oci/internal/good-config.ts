import { type Config, specExample } from "@ns/oci";

/** A configuration with something in every section, from which a container can be made as root. */
export function goodConfig(cgroupsPath: string): Config {
  const example = specExample();
  return {
    ...example,
    process: {
      ...example.process,
      cwd: "/",
      terminal: false,
      consoleSize: { height: 24, width: 80 },
      user: { uid: 0, gid: 0, umask: 0o22, additionalGids: [5, 6] },
      args: ["/bin/sleep", "1000"],
      oomScoreAdj: 100,
      scheduler: { policy: "SCHED_OTHER", nice: 1 },
      ioPriority: { class: "IOPRIO_CLASS_BE", priority: 4 },
      rlimits: [
        { type: "RLIMIT_NOFILE", hard: 1024, soft: 1024 },
        { type: "RLIMIT_CORE", hard: 10, soft: 0 },
      ],
    },
    domainname: "example",
    annotations: { "org.example.key": "value" },
    hooks: {
      createRuntime: [
        { path: "/bin/true", args: ["true"], env: ["A=b"], timeout: 10 },
      ],
    },
    linux: {
      ...example.linux,
      cgroupsPath,
      rootfsPropagation: "private",
      sysctl: { "net.ipv4.ip_forward": "1" },
      devices: [
        {
          ...{ type: "c", path: "/dev/fuse", major: 10, minor: 229 },
          ...{ fileMode: 0o666, uid: 0, gid: 0 },
        },
      ],
      resources: {
        devices: [
          { allow: false, access: "rwm" },
          { allow: true, type: "c", major: 10, minor: 229, access: "rw" },
        ],
        memory: { limit: 2 ** 28, reservation: 2 ** 27, swappiness: 10 },
        cpu: { shares: 512, quota: 50_000, period: 100_000, cpus: "0" },
        pids: { limit: 100 },
      },
      seccomp: {
        defaultAction: "SCMP_ACT_ALLOW",
        architectures: ["SCMP_ARCH_X86_64", "SCMP_ARCH_AARCH64"],
        syscalls: [
          {
            names: ["personality"],
            action: "SCMP_ACT_ERRNO",
            errnoRet: 1,
            args: [{ index: 0, value: 8, op: "SCMP_CMP_EQ" }],
          },
        ],
      },
      personality: { domain: "LINUX" },
    },
  };
}
