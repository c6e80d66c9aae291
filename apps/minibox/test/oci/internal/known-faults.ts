import { type Fault, faultOf, type Json, type Place } from "./bad-configs.ts";

/** Faults that people make, in every section: where, with what, and the path to be named if that is another. */
type Row = readonly [at: Place, value: Json | undefined, path?: string];

const process: readonly Row[] = [
  [["process", "cwd"], undefined],
  [["process", "cwd"], "home"],
  [["process", "args"], []],
  [["process", "args"], [""], "process.args"],
  [["process", "env", 2], "NO_VALUE", "process.env[2]"],
  [["process", "env", 2], "=x", "process.env[2]"],
  [["process", "user", "uid"], -1],
  [["process", "user", "uid"], 4_294_967_295],
  [["process", "user", "gid"], undefined],
  [["process", "user", "umask"], 22_000],
  [["process", "user", "additionalGids", 1], -5],
  [["process", "oomScoreAdj"], 1001],
  [["process", "oomScoreAdj"], -1001],
  [["process", "rlimits", 0, "type"], "RLIMIT_FILES"],
  [["process", "rlimits", 0, "soft"], 2048],
  [["process", "rlimits", 1, "type"], "RLIMIT_NOFILE"],
  [["process", "rlimits", 1, "hard"], undefined],
  [["process", "noNewPrivileges"], "yes"],
  [["process", "scheduler", "policy"], "SCHED_FAST"],
  [["process", "scheduler", "nice"], 20],
  [["process", "scheduler", "priority"], 5],
  [["process", "scheduler", "flags"], ["SCHED_FLAG_NO"], flagOf("scheduler")],
  [["process", "ioPriority", "priority"], 8],
  [["process", "ioPriority", "class"], "IDLE"],
  [["process", "capabilities", "effective", 3], "CAP_CHOWN"],
  [["process", "execCPUAffinity"], { initial: "a-b" }, affinity("initial")],
];

const rootAndMounts: readonly Row[] = [
  [["ociVersion"], "2.0.0"],
  [["ociVersion"], undefined],
  [["root"], undefined],
  [["root", "path"], ""],
  [["root", "path"], undefined],
  [["root", "readonly"], "true"],
  [["hostname"], "h".repeat(65)],
  [["domainname"], "d".repeat(65)],
  [["mounts", 0, "destination"], ""],
  [["mounts", 0, "destination"], undefined],
  [["mounts", 1, "options"], "nosuid,strictatime"],
  [["mounts", 7], { destination: "/a", options: ["bind"] }, "mounts[7].source"],
  [["mounts", 7], bind(["rbind", "size=1k"]), "mounts[7].options[1]"],
  [["mounts", 7], bind(["bind", "idmap"]), "mounts[7].uidMappings"],
  [
    ["mounts", 7],
    { ...bind(["bind"]), uidMappings: [map(0, 0, 1)] },
    "mounts[7].gidMappings",
  ],
  [["hooks", "createRuntime", 0, "path"], "bin/true"],
  [["hooks", "createRuntime", 0, "timeout"], 0],
  [["hooks", "createRuntime", 0, "env", 0], "A"],
  [["hooks", "poststop"], [{}], "hooks.poststop[0].path"],
  [["annotations", ""], "value", 'annotations[""]'],
  [["annotations", "org.example.key"], 1],
];

const linux: readonly Row[] = [
  [["linux", "namespaces", 0, "type"], "net"],
  [["linux", "namespaces", 5], { type: "pid" }, "linux.namespaces[5].type"],
  [["linux", "namespaces", 0, "path"], "proc/1/ns/pid"],
  [["linux", "uidMappings"], [map(0, 0, 1)]],
  [["linux", "gidMappings"], [map(0, 1000, 1)]],
  [["linux", "timeOffsets"], { monotonic: { secs: 1 } }],
  [["linux", "cgroupsPath"], "/a/../../b"],
  [["linux", "sysctl", "kernel.panic"], "1", 'linux.sysctl["kernel.panic"]'],
  [["linux", "sysctl", "../x"], "1", 'linux.sysctl["../x"]'],
  [["linux", "sysctl", "kernel.hostname"], "a", sysctl("kernel.hostname")],
  [["linux", "devices", 0, "path"], "fuse"],
  [["linux", "devices", 0, "type"], "char"],
  [["linux", "devices", 0, "major"], undefined],
  [["linux", "devices", 0, "minor"], -1],
  [["linux", "maskedPaths", 0], "proc/kcore"],
  [["linux", "readonlyPaths", 1], ""],
  [["linux", "rootfsPropagation"], "ro"],
  [["linux", "netDevices"], { "eth/0": {} }, 'linux.netDevices["eth/0"]'],
  [["linux", "intelRdt"], { closID: ".." }, "linux.intelRdt.closID"],
  [["linux", "memoryPolicy"], { mode: "MPOL_BIND" }, nodes()],
  [["linux", "personality", "domain"], "BSD"],
  [["linux", "personality", "flags"], ["X"]],
];

const limits: readonly Row[] = [
  [["memory", "limit"], -2],
  [["memory", "limit"], "256M"],
  [["memory", "swap"], 1],
  [["memory", "swappiness"], 101],
  [["cpu", "shares"], -1],
  [["cpu", "cpus"], "0-"],
  [["cpu", "mems"], "a"],
  [["cpu", "burst"], 60_000],
  [["cpu", "idle"], 2],
  [["pids", "limit"], -2],
  [["blockIO"], { weight: 65_536 }, "blockIO.weight"],
  [
    ["blockIO"],
    { weightDevice: [{ major: 8, minor: 0 }] },
    "blockIO.weightDevice[0]",
  ],
  [
    ["hugepageLimits"],
    [{ pageSize: "2M", limit: 1 }],
    "hugepageLimits[0].pageSize",
  ],
  [["devices", 1, "type"], "d"],
  [["devices", 1, "access"], "rx"],
  [["devices", 1, "major"], -2],
  [["unified"], { "../memory.max": "1" }, 'unified["../memory.max"]'],
  [["rdma"], { mlx: {} }, "rdma.mlx"],
  [["network"], { classID: -1 }, "network.classID"],
];

const seccomp: readonly Row[] = [
  [["defaultAction"], "ALLOW"],
  [["defaultAction"], undefined],
  [["defaultAction"], "SCMP_ACT_NOTIFY"],
  [["defaultErrnoRet"], 1],
  [["architectures", 0], "x86_64"],
  [["flags"], ["LOG"], "flags[0]"],
  [["listenerMetadata"], "data"],
  [["syscalls", 0, "names"], []],
  [["syscalls", 0, "names"], [""], "syscalls[0].names[0]"],
  [["syscalls", 0, "action"], "EPERM"],
  [["syscalls", 0, "errnoRet"], 4096],
  [["syscalls", 0, "args", 0, "index"], 6],
  [["syscalls", 0, "args", 0, "op"], "=="],
];

/** Every row of the tables as a fault of a good configuration. */
export function knownFaults(good: Json): Fault[] {
  return [
    ...[...process, ...rootAndMounts, ...linux],
    ...below(["linux", "resources"], limits),
    ...below(["linux", "seccomp"], seccomp),
  ].map(([at, value, path]) => faultOf(good, at, value, path));
}

function below(place: Place, rows: readonly Row[]): Row[] {
  return rows.map(([at, value, path]) =>
    path === undefined
      ? [[...place, ...at], value]
      : [[...place, ...at], value, `${place.join(".")}.${path}`],
  );
}

function bind(options: string[]): Record<string, Json> {
  return { destination: "/a", source: "/tmp", options };
}

function map(containerID: number, hostID: number, size: number): Json {
  return { containerID, hostID, size };
}

function flagOf(member: string): string {
  return `process.${member}.flags[0]`;
}

function affinity(member: string): string {
  return `process.execCPUAffinity.${member}`;
}

function sysctl(name: string): string {
  return `linux.sysctl[${JSON.stringify(name)}]`;
}

function nodes(): string {
  return "linux.memoryPolicy.nodes";
}
