import { describe, expect, test } from "vitest";
import {
  asConfig,
  parseConfig,
  type Problem,
  validateConfig,
  validateProcess,
  validateResources,
} from "../src/index.ts";
import { errorOf, pathsOf } from "./internal/error-of.ts";
import { fixture } from "./internal/fixtures.ts";
import { type Json, withAt } from "./internal/places.ts";

const podman = parseConfig(fixture("podman.config.json")) as unknown as Json;
const full = parseConfig(fixture("full.config.json")) as unknown as Json;

/** `a.b[0].c` as keys: the paths here have no others. */
function place(path: string): (string | number)[] {
  return path
    .split(/[.[\]]+/)
    .filter((key) => key !== "")
    .map((key) => (/^\d+$/.test(key) ? Number(key) : key));
}

function changed(base: Json, changes: Readonly<Record<string, Json>>): Json {
  return Object.entries(changes).reduce(
    (document, [path, value]) =>
      withAt(
        document,
        path.startsWith("/") ? path.slice(1).split("/") : place(path),
        value,
      ),
    base,
  );
}

function errors(document: Json): readonly Problem[] {
  const config = asConfig(document);
  return errorOf(() => validateConfig(config))?.problems ?? [];
}

/** What is changed in podman's configuration, which is valid, and where that is found. */
type Fault = [path: string, changes: Readonly<Record<string, Json>>];

const NAMESPACES: Json = [{ type: "mount" }];
const USER = { type: "user" };
const map = (containerID: number, hostID: number, size: number): Json => ({
  containerID,
  hostID,
  size,
});
const userns = {
  "linux.namespaces": [
    ...NAMESPACES,
    USER,
    { type: "network" },
    { type: "uts" },
  ],
  "linux.uidMappings": [map(0, 1000, 1)],
  "linux.gidMappings": [map(0, 1000, 6)],
};

const faults: Readonly<Record<string, readonly Fault[]>> = {
  "root, process and annotations": [
    ["root.path", { "root.path": "" }],
    ["process.cwd", { "process.cwd": "" }],
    ["process.cwd", { "process.cwd": "home" }],
    ["process.args", { "process.args": [] }],
    ["process.args", { "process.args": [""] }],
    ["process.env[1]", { "process.env": ["A=", "B", "C=D"] }],
    ["process.env[0]", { "process.env": ["=B"] }],
    ["process.user.umask", { "process.user.umask": 0o1000 }],
    ["process.oomScoreAdj", { "process.oomScoreAdj": 1001 }],
    ["process.oomScoreAdj", { "process.oomScoreAdj": -1001 }],
    [
      "process.consoleSize.width",
      {
        "process.terminal": true,
        "process.consoleSize": { height: 1, width: 65536 },
      },
    ],
    ["process.rlimits[1].type", { "process.rlimits[1].type": "RLIMIT_NOFILE" }],
    [
      "process.rlimits[0].soft",
      {
        "process.rlimits[0]": {
          type: "RLIMIT_CORE",
          soft: 2n ** 64n - 1n,
          hard: 5,
        },
      },
    ],
    [
      "process.capabilities.effective[0]",
      { "process.capabilities.effective": ["CAP_BPF"] },
    ],
    [
      "process.ioPriority.priority",
      { "process.ioPriority": { class: "IOPRIO_CLASS_RT", priority: 8 } },
    ],
    [
      "process.execCPUAffinity.initial",
      { "process.execCPUAffinity": { initial: "3-1" } },
    ],
    ['annotations[""]', { annotations: { "": "x" } }],
  ],
  scheduler: [
    [
      "process.scheduler.nice",
      { "process.scheduler": { policy: "SCHED_OTHER", nice: 20 } },
    ],
    [
      "process.scheduler.nice",
      { "process.scheduler": { policy: "SCHED_BATCH", nice: -21 } },
    ],
    [
      "process.scheduler.priority",
      { "process.scheduler": { policy: "SCHED_FIFO" } },
    ],
    [
      "process.scheduler.priority",
      { "process.scheduler": { policy: "SCHED_RR", priority: 100 } },
    ],
    [
      "process.scheduler.priority",
      { "process.scheduler": { policy: "SCHED_IDLE", priority: 1 } },
    ],
    [
      "process.scheduler.runtime",
      { "process.scheduler": { policy: "SCHED_OTHER", runtime: 1 } },
    ],
    [
      "process.scheduler",
      {
        "process.scheduler": {
          policy: "SCHED_DEADLINE",
          runtime: 5000,
          deadline: 4000,
        },
      },
    ],
    [
      "process.scheduler",
      {
        "process.scheduler": {
          policy: "SCHED_DEADLINE",
          runtime: 5000,
          deadline: 6000,
          period: 5500,
        },
      },
    ],
  ],
  hooks: [
    ["hooks.prestart[0].path", { hooks: { prestart: [{ path: "hook" }] } }],
    [
      "hooks.poststop[0].timeout",
      { hooks: { poststop: [{ path: "/h", timeout: 0 }] } },
    ],
    [
      "hooks.createRuntime[1].env[0]",
      {
        hooks: { createRuntime: [{ path: "/h" }, { path: "/h", env: ["A"] }] },
      },
    ],
  ],
  namespaces: [
    ["linux.namespaces[5].type", { "linux.namespaces[5]": { type: "pid" } }],
    [
      "linux.namespaces[0].path",
      { "linux.namespaces[0].path": "proc/1/ns/pid" },
    ],
    ["hostname", { "linux.namespaces[3].type": "cgroup" }],
    ["hostname", { hostname: "x".repeat(65) }],
    [
      "domainname",
      { hostname: "", domainname: "d", "linux.namespaces[3].type": "time" },
    ],
    [
      "linux.maskedPaths",
      { "linux.namespaces[4].type": "cgroup", "linux.readonlyPaths": [] },
    ],
    [
      "linux.readonlyPaths",
      { "linux.namespaces[4].type": "cgroup", "linux.maskedPaths": [] },
    ],
    ["linux.timeOffsets", { "linux.timeOffsets": { monotonic: { secs: 1 } } }],
    [
      "linux.timeOffsets",
      {
        "linux.namespaces[5]": { type: "time", path: "/proc/5/ns/time" },
        "linux.timeOffsets": { boottime: {} },
      },
    ],
    [
      "linux.timeOffsets.realtime",
      {
        "linux.namespaces[5]": { type: "time" },
        "linux.timeOffsets": { realtime: {} },
      },
    ],
    [
      "linux.timeOffsets.monotonic.nanosecs",
      {
        "linux.namespaces[5]": { type: "time" },
        "linux.timeOffsets": { monotonic: { nanosecs: 1e9 } },
      },
    ],
    [
      "linux.netDevices",
      {
        "linux.netDevices": { eth0: {} },
        "linux.sysctl": {},
        "linux.namespaces[1].type": "cgroup",
      },
    ],
  ],
  ids: [
    ["linux.uidMappings", { "linux.uidMappings": [map(0, 0, 1)] }],
    ["linux.gidMappings", { "linux.gidMappings": [map(0, 0, 1)] }],
    [
      "linux.uidMappings[0].size",
      {
        ...userns,
        "linux.uidMappings": [map(0, 1000, 0)],
      },
    ],
    [
      "linux.uidMappings[0].size",
      {
        ...userns,
        "linux.uidMappings": [map(0, 2, 0xfffffffe)],
      },
    ],
    [
      "linux.uidMappings[1].containerID",
      { ...userns, "linux.uidMappings": [map(0, 1000, 10), map(9, 5000, 1)] },
    ],
    [
      "linux.gidMappings[1].hostID",
      { ...userns, "linux.gidMappings": [map(0, 1000, 10), map(10, 1009, 1)] },
    ],
    [
      "linux.uidMappings",
      {
        ...userns,
        "linux.uidMappings": Array.from({ length: 341 }, (_, i) =>
          map(i, i * 2, 1),
        ),
      },
    ],
    ["process.user.uid", { ...userns, "process.user.uid": 1 }],
    ["process.user.gid", { ...userns, "process.user.gid": 6 }],
    [
      "process.user.additionalGids[1]",
      { ...userns, "process.user.additionalGids": [5, 10] },
    ],
  ],
  mounts: [
    ["mounts[0].destination", { "mounts[0].destination": "" }],
    ["mounts[0].source", { "mounts[0].source": "" }],
    [
      "mounts[0].options[2]",
      { "mounts[0].options": ["rbind", "ro", "size=5"] },
    ],
    [
      "mounts[0].gidMappings",
      {
        "mounts[0].uidMappings": [map(0, 5, 1)],
        "mounts[0].options": ["bind", "idmap"],
      },
    ],
    ["mounts[0].uidMappings", { "mounts[0].options": ["bind", "idmap"] }],
    ["mounts[0].uidMappings", { "mounts[0].options": ["rbind", "ridmap"] }],
    [
      "mounts[1].options",
      {
        "mounts[1].uidMappings": [map(0, 5, 1)],
        "mounts[1].gidMappings": [map(0, 5, 1)],
      },
    ],
    [
      "mounts[0].uidMappings[1].hostID",
      {
        "mounts[0].uidMappings": [map(0, 5, 2), map(2, 6, 1)],
        "mounts[0].gidMappings": [map(0, 5, 1)],
      },
    ],
    [
      "mounts[5].options[5]",
      { ...userns, "linux.gidMappings": [map(0, 0, 5)] },
    ],
    [
      "mounts[1].options[1]",
      { ...userns, "mounts[1].options": ["ro", "uid=1"] },
    ],
  ],
  sysctl: [
    [
      'linux.sysctl["net.ipv4.ip_forward"]',
      { "linux.namespaces[1].type": "cgroup" },
    ],
    [
      'linux.sysctl["kernel.shmmax"]',
      {
        "linux.sysctl": { "kernel.shmmax": "1" },
        "linux.namespaces[2].type": "cgroup",
      },
    ],
    [
      'linux.sysctl["fs.mqueue.msg_max"]',
      {
        "linux.sysctl": { "fs.mqueue.msg_max": "1" },
        "linux.namespaces[2].type": "cgroup",
      },
    ],
    [
      'linux.sysctl["kernel.hostname"]',
      { "linux.sysctl": { "kernel.hostname": "a" } },
    ],
    [
      'linux.sysctl["kernel.domainname"]',
      { domainname: "a", "linux.sysctl": { "kernel.domainname": "a" } },
    ],
    [
      'linux.sysctl["kernel.domainname"]',
      {
        hostname: "",
        "linux.sysctl": { "kernel.domainname": "a" },
        "linux.namespaces[3].type": "cgroup",
      },
    ],
    ...[
      "kernel.core_pattern",
      "vm.swappiness",
      "kernel.shm_next_id",
      "fs.mqueue",
      "netx.a",
      "kernel.msgmaxx",
      "fs.file-max",
      "net",
    ].map((name): Fault => [
      name === "net" ? "linux.sysctl.net" : `linux.sysctl["${name}"]`,
      { "linux.sysctl": { [name]: "1" } },
    ]),
    ...[
      "net/../kernel/core_pattern",
      "net..x",
      "net/./x",
      "/net/x",
      "net.",
      ".net",
      "net.a b",
      "net.a=b",
      "net.a+kernel.core_pattern",
      "net.a\n",
      "",
    ].map((name): Fault => [
      `linux.sysctl[${JSON.stringify(name)}]`,
      { "linux.sysctl": { [name]: "1" } },
    ]),
    ...["1+kernel.core_pattern=|/x", "1=2", "1\n2", "1;2", "1\u001b"].map(
      (value): Fault => [
        'linux.sysctl["net.a"]',
        { "linux.sysctl": { "net.a": value } },
      ],
    ),
    [
      'linux.sysctl["net/a"]',
      { "linux.sysctl": { "net.a": "1", "net/a": "2" } },
    ],
  ],
  "devices and interfaces": [
    [
      "linux.devices[0].path",
      { "linux.devices": [{ path: "dev/a", type: "c", major: 1, minor: 3 }] },
    ],
    [
      "linux.devices[0].major",
      { "linux.devices": [{ path: "/dev/a", type: "c", minor: 3 }] },
    ],
    [
      "linux.devices[0].minor",
      {
        "linux.devices": [
          { path: "/dev/a", type: "b", major: 1, minor: 0x100000 },
        ],
      },
    ],
    [
      "linux.devices[0].major",
      { "linux.devices": [{ path: "/dev/a", type: "u", major: -1, minor: 3 }] },
    ],
    [
      "linux.devices[0].major",
      {
        "linux.devices": [{ path: "/dev/a", type: "c", major: 4096, minor: 3 }],
      },
    ],
    ...["", ".", "..", "a/b", "a b", "a:b", "x".repeat(16), "a%s", "a%d%d"].map(
      (name): Fault => [
        /^\w+$/.test(name)
          ? `linux.netDevices.${name}`
          : `linux.netDevices["${name}"]`,
        { "linux.netDevices": { [name]: { name: "eth0" } } },
      ],
    ),
    [
      "linux.netDevices.b.name",
      { "linux.netDevices": { a: { name: "c" }, b: { name: "c" } } },
    ],
    ["linux.netDevices.a.name", { "linux.netDevices": { a: { name: "c/d" } } }],
  ],
  "paths and the rest of linux": [
    ["linux.maskedPaths[0]", { "linux.maskedPaths": ["proc/kcore"] }],
    ["linux.readonlyPaths[1]", { "linux.readonlyPaths": ["/proc", ""] }],
    ["linux.cgroupsPath", { "linux.cgroupsPath": "/a/../../b" }],
    ["linux.cgroupsPath", { "linux.cgroupsPath": ".." }],
    ...[".", "..", "a/b", "/a", "//"].map((closID): Fault => [
      "linux.intelRdt.closID",
      { "linux.intelRdt": { closID } },
    ]),
    [
      "linux.intelRdt.memBwSchema",
      { "linux.intelRdt": { memBwSchema: "L3:0=1" } },
    ],
    [
      "linux.intelRdt.l3CacheSchema",
      { "linux.intelRdt": { l3CacheSchema: "L3:0=1\nMB:0=1" } },
    ],
    [
      "linux.intelRdt.schemata[1]",
      { "linux.intelRdt": { schemata: ["L3:0=1", "a\n"] } },
    ],
    [
      "linux.personality.flags",
      {
        "linux.personality": { domain: "LINUX", flags: ["ADDR_NO_RANDOMIZE"] },
      },
    ],
    [
      "linux.memoryPolicy.nodes",
      { "linux.memoryPolicy": { mode: "MPOL_BIND" } },
    ],
    [
      "linux.memoryPolicy.nodes",
      { "linux.memoryPolicy": { mode: "MPOL_BIND", nodes: "a" } },
    ],
    [
      "linux.memoryPolicy.nodes",
      { "linux.memoryPolicy": { mode: "MPOL_LOCAL", nodes: "0" } },
    ],
    [
      "linux.memoryPolicy.flags",
      {
        "linux.memoryPolicy": {
          mode: "MPOL_DEFAULT",
          flags: ["MPOL_F_STATIC_NODES"],
        },
      },
    ],
    [
      "linux.memoryPolicy.flags",
      {
        "linux.memoryPolicy": {
          mode: "MPOL_BIND",
          nodes: "0",
          flags: ["MPOL_F_STATIC_NODES", "MPOL_F_RELATIVE_NODES"],
        },
      },
    ],
    [
      "linux.memoryPolicy.flags",
      {
        "linux.memoryPolicy": {
          mode: "MPOL_INTERLEAVE",
          nodes: "0",
          flags: ["MPOL_F_NUMA_BALANCING"],
        },
      },
    ],
  ],
  resources: [
    [
      "linux.resources.devices[0].type",
      { "linux.resources.devices[0].type": "p" },
    ],
    [
      "linux.resources.devices[0].access",
      { "linux.resources.devices[0].access": "rx" },
    ],
    [
      "linux.resources.devices[0].major",
      { "linux.resources.devices[0].major": -2 },
    ],
    [
      "linux.resources.memory.limit",
      { "linux.resources.memory": { limit: -2 } },
    ],
    [
      "linux.resources.memory.swap",
      { "linux.resources.memory.swap": 536870911 },
    ],
    [
      "linux.resources.memory.swappiness",
      { "linux.resources.memory.swappiness": 101 },
    ],
    [
      "linux.resources.cpu.burst",
      { "linux.resources.cpu": { quota: 10, burst: 11 } },
    ],
    ["linux.resources.cpu.idle", { "linux.resources.cpu": { idle: 2 } }],
    ...["a", "1-", "3-1", "1,,2", "0x1", "8192"].map((cpus): Fault => [
      "linux.resources.cpu.cpus",
      { "linux.resources.cpu": { cpus } },
    ]),
    ["linux.resources.cpu.mems", { "linux.resources.cpu": { mems: "-1" } }],
    ["linux.resources.pids.limit", { "linux.resources.pids.limit": -2 }],
    [
      "linux.resources.blockIO.weightDevice[0]",
      { "linux.resources.blockIO": { weightDevice: [{ major: 8, minor: 0 }] } },
    ],
    [
      "linux.resources.blockIO.throttleReadBpsDevice[0].major",
      {
        "linux.resources.blockIO": {
          throttleReadBpsDevice: [{ major: -1, minor: 0, rate: 1 }],
        },
      },
    ],
    ...["2", "MB", "2 MB", "0MB", "2MiB", "../2MB"].map((pageSize): Fault => [
      "linux.resources.hugepageLimits[0].pageSize",
      { "linux.resources.hugepageLimits": [{ pageSize, limit: 1 }] },
    ]),
    ["linux.resources.rdma.mlx5", { "linux.resources.rdma": { mlx5: {} } }],
    ...["../memory.max", "a/b", "..", "", "a b"].map((file): Fault => [
      `linux.resources.unified["${file}"]`,
      { "linux.resources.unified": { [file]: "1" } },
    ]),
  ],
  seccomp: [
    [
      "linux.seccomp.defaultAction",
      { "linux.seccomp": { defaultAction: "SCMP_ACT_NOTIFY" } },
    ],
    [
      "linux.seccomp.defaultErrnoRet",
      {
        "linux.seccomp": {
          defaultAction: "SCMP_ACT_ALLOW",
          defaultErrnoRet: 1,
        },
      },
    ],
    [
      "linux.seccomp.defaultErrnoRet",
      {
        "linux.seccomp": {
          defaultAction: "SCMP_ACT_ERRNO",
          defaultErrnoRet: 4096,
        },
      },
    ],
    [
      "linux.seccomp.syscalls[0].names",
      { "linux.seccomp.syscalls": [{ names: [], action: "SCMP_ACT_ALLOW" }] },
    ],
    [
      "linux.seccomp.syscalls[0].names[1]",
      {
        "linux.seccomp.syscalls": [
          { names: ["read", ""], action: "SCMP_ACT_ALLOW" },
        ],
      },
    ],
    [
      "linux.seccomp.syscalls[0].errnoRet",
      {
        "linux.seccomp.syscalls": [
          { names: ["read"], action: "SCMP_ACT_KILL", errnoRet: 1 },
        ],
      },
    ],
    [
      "linux.seccomp.syscalls[0].args[0].index",
      {
        "linux.seccomp.syscalls": [
          {
            names: ["read"],
            action: "SCMP_ACT_ALLOW",
            args: [{ index: 6, value: 0, op: "SCMP_CMP_EQ" }],
          },
        ],
      },
    ],
    [
      "linux.seccomp.listenerPath",
      {
        "linux.seccomp.syscalls": [
          { names: ["read"], action: "SCMP_ACT_NOTIFY" },
        ],
      },
    ],
    [
      "linux.seccomp.syscalls[0].names[0]",
      {
        "linux.seccomp.listenerPath": "/a",
        "linux.seccomp.syscalls": [
          { names: ["write"], action: "SCMP_ACT_NOTIFY" },
        ],
      },
    ],
    [
      "linux.seccomp.listenerMetadata",
      { "linux.seccomp.listenerMetadata": "x" },
    ],
  ],
};

describe.each(Object.entries(faults))("%s", (_, table) => {
  test.each(table)("a fault at %s is found: %o", (path, changes) => {
    expect(errors(changed(podman, changes)).map((each) => each.path)).toContain(
      path,
    );
  });
});

test("without a root there is no container", () => {
  expect(errors(withAt(podman, ["root"])).map(({ path }) => path)).toEqual([
    "root",
  ]);
});

test("every fault is told at once, in the order of the checks", () => {
  const config = asConfig(
    changed(podman, {
      "process.cwd": "x",
      "root.path": "",
      hostname: "x".repeat(65),
    }),
  );
  const error = errorOf(() => validateConfig(config));
  expect(error?.code).toBe("ERR_INVALID_CONFIG");
  expect(error?.message).toBe(
    `invalid config.json, 3 problems:\n  root.path: expected a directory, found ""\n  process.cwd: expected an absolute path, found "x"\n  hostname: expected 64 bytes at most, found 65 in "${"x".repeat(60)}…"`,
  );
});

describe("what is right", () => {
  test.each<[string, Readonly<Record<string, Json>>]>([
    [
      "a parameter with slashes",
      { "linux.sysctl": { "net/ipv4/conf/eth0.100/rp_filter": "1" } },
    ],
    [
      "one with a dot in an interface",
      { "linux.sysctl": { "net.ipv4.conf.eth0/100.rp_filter": "1" } },
    ],
    [
      "one of several numbers",
      {
        "linux.sysctl": {
          "kernel.sem": "250\t32000 100 128",
          "net.ipv4.ip_local_reserved_ports": "1,5-8",
        },
      },
    ],
    [
      "a domain name as a parameter",
      { "linux.sysctl": { "kernel.domainname": "a" } },
    ],
    [
      "no host name for the host's own",
      { hostname: "", "linux.namespaces[3].type": "cgroup" },
    ],
    [
      "a group of systemd",
      { "linux.cgroupsPath": "system.slice:docker:93c77" },
    ],
    ["a path that only begins with dots", { "linux.cgroupsPath": "/..a/b.." }],
    ["the default class", { "linux.intelRdt": { closID: "/" } }],
    [
      "templates for interfaces",
      { "linux.netDevices": { a: { name: "eth%d" }, b: { name: "eth%d" } } },
    ],
    [
      "interfaces that exchange their names",
      { "linux.netDevices": { a: { name: "b" }, b: { name: "a" } } },
    ],
    [
      "zeros that mean nothing",
      {
        "linux.resources.cpu": { shares: 0, quota: 0 },
        "linux.resources.blockIO": { weight: 0 },
      },
    ],
    ["no limit of processes", { "linux.resources.pids.limit": -1 }],
    [
      "rules for all devices",
      {
        "linux.resources.devices[0]": {
          allow: true,
          type: "c",
          major: -1,
          minor: -1,
          access: "rwm",
        },
      },
    ],
    [
      "a namespace that is joined, by whose maps nobody can tell",
      {
        "linux.namespaces[5]": { type: "user", path: "/proc/5/ns/user" },
        "process.user.uid": 77,
      },
    ],
    [
      "all ids but the last",
      {
        ...userns,
        "linux.uidMappings": [map(0, 0, 0xffffffff)],
        "process.user.uid": 0xfffffffe,
      },
    ],
    [
      "the host's ids for a mount",
      {
        "mounts[0].options": ["rbind", "idmap"],
        ...userns,
        "linux.gidMappings": [map(0, 0, 100)],
      },
    ],
    [
      "a deadline",
      {
        "process.scheduler": {
          policy: "SCHED_DEADLINE",
          runtime: 10000,
          deadline: 20000,
          period: 2n ** 60n,
        },
      },
    ],
    [
      "nodes that are preferred, or none",
      { "linux.memoryPolicy": { mode: "MPOL_PREFERRED" } },
    ],
    [
      "an errno to trace with",
      {
        "linux.seccomp": {
          defaultAction: "SCMP_ACT_TRACE",
          defaultErrnoRet: 65535,
        },
      },
    ],
  ])("%s is taken", (_, changes) => {
    expect(errors(changed(podman, changes))).toEqual([]);
  });
});

describe("warnings", () => {
  test.each<Fault>([
    ["mounts[0].destination", { "mounts[0].destination": "data" }],
    ["mounts[0].options", { "mounts[0].options": ["rbind", "ro", "rw"] }],
    ["mounts[0].options", { "mounts[0].options": ["ro"] }],
    [
      "mounts[0].options",
      {
        "mounts[0].uidMappings": [map(0, 5, 1)],
        "mounts[0].gidMappings": [map(0, 5, 1)],
      },
    ],
    ["mounts[2].options", { "mounts[2].options": ["tmpcopyup"] }],
    [
      "process.capabilities.bounding[0]",
      { "process.capabilities.bounding": ["CAP_FUTURE"] },
    ],
    [
      "process.capabilities.effective[0]",
      { "process.capabilities.effective": ["kill"] },
    ],
    ["linux.resources.memory.limit", { "linux.resources.memory": { swap: 5 } }],
    [
      "linux.devices[1].path",
      {
        "linux.devices": [
          { path: "/dev/a", type: "p" },
          { path: "/dev/a", type: "p" },
        ],
      },
    ],
    ["linux.seccomp.listenerPath", { "linux.seccomp.listenerPath": "/a" }],
    [
      "linux.seccomp.flags",
      { "linux.seccomp.flags": ["SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"] },
    ],
    ["linux.uidMappings", { "linux.namespaces[5]": USER }],
  ])("%s is taken, with a warning: %o", (path, changes) => {
    const warnings = validateConfig(asConfig(changed(podman, changes)));
    expect(warnings.map((each) => each.path)).toContain(path);
  });

  test("a capability written otherwise is recognised", () => {
    const [warning] = validateConfig(
      asConfig(changed(podman, { "process.capabilities.bounding": ["kill"] })),
    );
    expect(warning?.hint).toBe('did you mean "CAP_KILL"?');
  });
});

test("of a million faults the first thousand are kept", () => {
  const env = Array.from({ length: 1e6 }, () => "x");
  const error = errorOf(() => validateProcess({ cwd: "/", args: ["a"], env }));
  expect(error?.problems).toHaveLength(1000);
  expect(error?.problems[999]?.path).toBe("env[999]");
});

test("a process and resources are checked on their own", () => {
  const { process, linux } = asConfig(full);
  expect(validateProcess(process ?? { cwd: "" })).toEqual([]);
  expect(validateResources(linux?.resources ?? {})).toEqual([]);
  expect(pathsOf(() => validateProcess({ cwd: "a", args: ["b"] }))).toEqual([
    "cwd",
  ]);
  expect(
    pathsOf(() =>
      validateResources({ unified: { "a/b": "1" }, cpu: { cpus: "x" } }),
    ),
  ).toEqual(["cpu.cpus", 'unified["a/b"]']);
});
