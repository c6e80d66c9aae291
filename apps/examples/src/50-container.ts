// To be continued · All together: a container in a hundred lines; with --plan it prints its syscalls
//
//   [inside]$ hostname
//   [inside]$ id
//   [inside]$ ps ax
//   [inside]$ ls /
//   [inside]$ touch /usr/mine
//   [inside]$ hostname mine
//   [inside]$ ip -brief address
//   [inside]$ uptime -p
//   [inside]$ grep -E 'pids|^0:' /proc/self/cgroup
import { once } from "node:events";
import * as fs from "node:fs";
import { isatty } from "node:tty";
import { planSpawn, spawn, type SpawnOptions } from "@ns/spawn";
import * as sys from "@ns/syscalls";

const { AtFlags, CloneFlags, MountAttrFlags, MountFlags } = sys;
const { BIND, REC, NOSUID, NODEV, NOEXEC } = MountFlags;
const [uid, gid] = [sys.invoke(sys.geteuid()), sys.invoke(sys.getegid())];
const planOnly = process.argv.includes("--plan");
const cgroup = uid === 0 && !planOnly ? limitedCgroup() : undefined;

const options: SpawnOptions = {
  cloneflags:
    CloneFlags.NEWUSER |
    CloneFlags.NEWNS |
    CloneFlags.NEWPID |
    CloneFlags.NEWUTS |
    CloneFlags.NEWIPC |
    CloneFlags.NEWNET |
    CloneFlags.NEWCGROUP |
    CloneFlags.NEWTIME,
  unshareflags: CloneFlags.NEWNS, // for / to be private
  uidMappings: [{ containerId: 0, hostId: uid, size: 1 }],
  gidMappings: [{ containerId: 0, hostId: gid, size: 1 }],
  cgroup,
  timeOffsets: {
    boottime: -parseFloat(fs.readFileSync("/proc/uptime", "utf8")),
  },
  setup: [sys.sethostname("box"), ...loopback(), ...newRoot("/mnt")],
  capabilities: {}, // none of those that root has in a user namespace
  noNewPrivileges: true,
  cwd: "/",
  env: { PS1: "[inside]$ " },
};

if (planOnly) {
  const plan = planSpawn("/bin/sh", [], options);
  for (const step of plan) console.log(sys.formatStep(step));
} else if (isatty(0)) {
  await onTerminal();
} else {
  await spawn("/bin/sh", [], { ...options, stdio: "inherit" }).exited;
}

/** The host's programs, read-only, on an empty file system, which then takes the place of the host's root. */
function newRoot(root: string): sys.Step[] {
  const programs = ["/usr", "/etc", "/bin", "/sbin", "/lib", "/lib64"];
  const devices = ["null", "zero", "full", "random", "urandom", "tty"];
  return [
    sys.mount("root", root, "tmpfs", NOSUID | NODEV, "mode=755"),
    ...programs.filter(fs.existsSync).flatMap((path) => readOnly(path, root)),
    ...fresh("proc", `${root}/proc`, NOSUID | NODEV | NOEXEC),
    ...fresh("tmpfs", `${root}/tmp`, NOSUID | NODEV),
    ...fresh("tmpfs", `${root}/dev`, NOSUID, "mode=755"),
    ...fresh(
      "devpts",
      `${root}/dev/pts`,
      NOSUID | NOEXEC,
      "newinstance,ptmxmode=0666",
    ),
    ...devices.flatMap((name) => device(`/dev/${name}`, root)),
    sys.chdir(root),
    sys.pivotRoot(".", "."),
    sys.umount2(".", sys.UmountFlags.DETACH),
  ];
}

function readOnly(path: string, root: string): sys.Step[] {
  const [target, attributes] = [
    root + path,
    MountAttrFlags.RDONLY | MountAttrFlags.NOSUID,
  ];
  if (fs.lstatSync(path).isSymbolicLink()) {
    return [sys.symlinkat(fs.readlinkSync(path), AtFlags.FDCWD, target)];
  }
  return [
    sys.mkdirat(AtFlags.FDCWD, target, 0o755),
    sys.mount(path, target, null, BIND | REC),
    sys.mountSetattr(AtFlags.FDCWD, target, AtFlags.RECURSIVE, {
      attr_set: attributes,
    }),
  ];
}

function fresh(
  type: string,
  target: string,
  flags: number,
  data?: string,
): sys.Step[] {
  return [
    sys.mkdirat(AtFlags.FDCWD, target, 0o755),
    sys.mount(type, target, type, flags, data),
  ];
}

/** Nobody makes devices in a user namespace: the host's is bound to an empty file. */
function device(path: string, root: string): sys.Step[] {
  return [
    sys.mknodat(AtFlags.FDCWD, root + path, sys.FileMode.IFREG | 0o666),
    sys.mount(path, root + path, null, BIND),
  ];
}

function loopback(): sys.Step[] {
  const { register, step, socket, SocketFamily, SocketType, InterfaceFlags } =
    sys;
  const any = register("socket");
  return [
    step(socket(SocketFamily.INET, SocketType.DGRAM), { into: any }),
    sys.setInterfaceFlags(any, "lo", InterfaceFlags.UP),
    sys.close(any),
  ];
}

/** At most 32 processes; in the pids hierarchy (cgroup version 1) or the only one (version 2). */
function limitedCgroup(): string {
  const hierarchy = ["/sys/fs/cgroup/pids", "/sys/fs/cgroup"].find(
    fs.existsSync,
  );
  const directory = fs.mkdtempSync(`${hierarchy}/ns-talk-`);
  process.once("exit", () => fs.rmdirSync(directory));
  fs.writeFileSync(`${directory}/pids.max`, "32");
  return directory;
}

/** A terminal of the container's own, shown on ours. */
async function onTerminal(): Promise<void> {
  const { columns: cols, rows } = process.stdout;
  const child = spawn("/bin/sh", [], {
    ...options,
    pty: { cols, rows, ptmx: "/dev/pts/ptmx" },
  });
  await once(child, "spawn");
  if (child.pty === undefined) return;
  process.stdin.setRawMode(true).pipe(child.pty.input);
  child.pty.output.pipe(process.stdout);
  await child.exited;
  process.stdin.setRawMode(false).destroy();
}
