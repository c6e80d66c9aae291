import { type Fault, faultOf, type Json, type Place } from "./bad-configs.ts";

/** A fault that only the machine finds, when some of the container is there already. */
export interface MachineFault extends Fault {
  /** By which whoever reads the message finds what it is about. */
  readonly says: string;
}

/** Where, with what, and what the message has to name. */
type Row = readonly [at: Place, value: Json, says: string];

const rows: readonly Row[] = [
  [["root", "path"], "nowhere", "/nowhere'"],
  [["root", "path"], "config.json", "/config.json'"],
  [["root", "path"], "/", "rootfs '/'"],
  [["process", "args", 0], "/bin/nothing", '"/bin/nothing"'],
  [["process", "args", 0], "nothing", '"nothing"'],
  [["process", "args", 0], "/etc", '"/etc"'],
  [["process", "cwd"], "/bin/busybox", "'/bin/busybox'"],
  [["process", "terminal"], true, "tty"],
  [["mounts", 7], mount("nofs", []), "mounts[7]"],
  [["mounts", 7], mount("none", ["bind"]), "mounts[7]"],
  [["mounts", 7], mount("tmpfs", ["nonsense"]), "fsconfig"],
  [["mounts", 7], mount("tmpfs", ["size=many"]), "fsconfig"],
  [["linux", "namespaces", 0, "path"], "/nowhere/ns", "/nowhere/ns"],
  [["linux", "namespaces", 0, "path"], "/etc/passwd", "/etc/passwd"],
  [
    ["linux", "namespaces", 0, "path"],
    "/proc/self/ns/net",
    "/proc/self/ns/net",
  ],
  [["linux", "sysctl"], { "net.ipv4.nothing": "1" }, "net.ipv4.nothing"],
  [["linux", "sysctl"], { "net.ipv4.ip_forward": "x" }, "net.ipv4.ip_forward"],
  [["linux", "devices", 0, "path"], "/proc/fuse", "/proc/fuse"],
  [["linux", "devices", 0, "path"], "/dev/null/x", "/dev/null/x"],
  [["linux", "memoryPolicy"], policy(), "linux.memoryPolicy"],
  [["linux", "cgroupsPath"], "a\nb", '"a\\nb"'],
  [["linux", "resources", "cpu", "cpus"], "4000", "cpu.cpus"],
  [["linux", "resources", "cpu", "period"], 1, "cpu.period"],
  [["hooks", "createRuntime", 0, "path"], "/bin/false", "createRuntime hook"],
  [["hooks", "createRuntime", 0, "path"], "/nowhere", "'/nowhere'"],
  [
    ["hooks", "createContainer"],
    [{ path: "/bin/false" }],
    "createContainer hook",
  ],
];

/** Every row of the table as a fault of a good configuration. */
export function machineFaults(good: Json): MachineFault[] {
  return rows.map(([at, value, says]) => ({
    ...faultOf(good, at, value),
    says,
  }));
}

function mount(type: string, options: string[]): Json {
  return { destination: "/tmp", type, source: "/nowhere", options };
}

function policy(): Json {
  return { mode: "MPOL_BIND", nodes: "63" };
}
