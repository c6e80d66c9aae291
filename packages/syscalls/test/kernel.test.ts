import {
  mkdtempSync,
  openSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
} from "node:fs";
import { arch, release, tmpdir } from "node:os";
import { join } from "node:path";
import { requires, root } from "@ns/testkit";
import { expect, test } from "vitest";
import * as ns from "../src/index.ts";
import { errorOf } from "./internal/error-of.ts";
import { closedLater, opened } from "./internal/opened.ts";

const { CLOEXEC, NOCTTY, PATH, RDONLY, RDWR } = ns.OpenFlags;
const { FDCWD, EMPTY_PATH } = ns.AtFlags;

/** A kernel that has the call, or a reason to skip: without it, the call is refused with ENOSYS. */
const has = (
  probe: ns.Syscall,
  version: string,
): { met: () => boolean; reason: string } => ({
  met: () => {
    try {
      ns.invoke(probe);
    } catch (error) {
      return (
        error instanceof ns.SyscallError &&
        error.code !== "ENOSYS" &&
        error.code !== "EOPNOTSUPP"
      );
    }
    return true;
  },
  reason: `needs ${probe.name}: Linux ${version}`,
});

test("the system tells its names", () => {
  const buf = new Uint8Array(ns.UTSNAME_SIZE);
  ns.invoke(ns.uname(buf));
  expect(ns.parseUtsname(buf)).toMatchObject({
    sysname: "Linux",
    release: release(),
    machine: arch() === "x64" ? "x86_64" : "aarch64",
    nodename: readFileSync("/proc/sys/kernel/hostname", "utf8").trim(),
    domainname: readFileSync("/proc/sys/kernel/domainname", "utf8").trim(),
  });
});

test("the working directory is the process's", () => {
  const buf = Buffer.alloc(4096);
  const length = ns.invoke(ns.getcwd(buf));
  expect(buf.toString("utf8", 0, length)).toBe(`${process.cwd()}\0`);
});

test("a pseudoterminal is unlocked, opened by its master and given a size", () => {
  const master = opened(ns.openat(FDCWD, "/dev/ptmx", RDWR | NOCTTY | CLOEXEC));
  ns.invoke(ns.ioctl(master, ns.IoctlRequests.TIOCSPTLCK, new Int32Array([0])));
  const slave = opened(
    ns.ioctl(master, ns.IoctlRequests.TIOCGPTPEER, RDWR | NOCTTY | CLOEXEC),
  );
  const number = new Uint32Array(1);
  ns.invoke(ns.ioctl(master, ns.IoctlRequests.TIOCGPTN, number));
  expect(readlinkSync(`/proc/self/fd/${String(slave)}`)).toBe(
    `/dev/pts/${String(number[0])}`,
  );
  ns.invoke(ns.setWindowSize(master, { cols: 132, rows: 43 }));
  const size = new Uint8Array(ns.WINSIZE_SIZE);
  ns.invoke(ns.getWindowSize(slave, size));
  expect(ns.parseWindowSize(size)).toEqual({ cols: 132, rows: 43 });
});

test("what is no terminal has no size", () => {
  const file = opened(ns.openat(FDCWD, "/dev/null", RDWR | CLOEXEC));
  const asked = ns.getWindowSize(file, new Uint8Array(ns.WINSIZE_SIZE));
  expect(errorOf(() => ns.invoke(asked))).toMatchObject({
    code: "ENOTTY",
    syscall: "ioctl",
  });
});

test("a namespace tells its kind and its owner", () => {
  const own = opened(ns.openat(FDCWD, "/proc/self/ns/uts", RDONLY | CLOEXEC));
  expect(ns.invoke(ns.ioctl(own, ns.IoctlRequests.NS_GET_NSTYPE))).toBe(
    ns.CloneFlags.NEWUTS,
  );
  const owner = opened(ns.ioctl(own, ns.IoctlRequests.NS_GET_USERNS));
  expect(ns.invoke(ns.ioctl(owner, ns.IoctlRequests.NS_GET_NSTYPE))).toBe(
    ns.CloneFlags.NEWUSER,
  );
  const uid = new Uint32Array(1);
  ns.invoke(ns.ioctl(owner, ns.IoctlRequests.NS_GET_OWNER_UID, uid));
  expect(uid[0]).toBe(0);
});

test("a network interface's flags are asked for by its name", () => {
  const socket = opened(
    ns.socket(
      ns.SocketFamily.UNIX,
      ns.SocketType.DGRAM | ns.SocketType.CLOEXEC,
    ),
  );
  const request = Buffer.alloc(40);
  request.write("lo");
  ns.invoke(ns.ioctl(socket, ns.IoctlRequests.SIOCGIFFLAGS, request));
  expect(request.readUInt16LE(16) & ns.InterfaceFlags.LOOPBACK).not.toBe(0);
  const missing = ns.setInterfaceFlags(
    socket,
    "no-such-if",
    ns.InterfaceFlags.UP,
  );
  expect(errorOf(() => ns.invoke(missing))).toMatchObject({
    code: expect.stringMatching(/^(ENODEV|EPERM)$/) as string,
  });
  expect(() =>
    ns.invoke(ns.setInterfaceFlags(socket, "a-name-too-long-", 0)),
  ).toThrow(
    'invalid interface name "a-name-too-long-": expected 1 to 15 bytes',
  );
});

test("Landlock tells the version of its ABI", (context) => {
  requires(
    context,
    has(ns.landlockAbiVersion(), "5.13, with Landlock enabled"),
  );
  expect(ns.invoke(ns.landlockAbiVersion())).toBeGreaterThanOrEqual(1);
});

test("a Landlock ruleset takes rules for what it handles", (context) => {
  requires(
    context,
    has(ns.landlockAbiVersion(), "5.13, with Landlock enabled"),
  );
  const { READ_FILE, EXECUTE } = ns.LandlockFsAccess;
  const ruleset = opened(
    ns.landlockCreateRuleset({ handled_access_fs: READ_FILE }),
  );
  const usr = opened(ns.openat(FDCWD, "/usr", PATH | CLOEXEC));
  ns.invoke(ns.landlockAddPathRule(ruleset, usr, READ_FILE));
  const unhandled = ns.landlockAddPathRule(ruleset, usr, EXECUTE);
  expect(errorOf(() => ns.invoke(unhandled))).toMatchObject({ code: "EINVAL" });
});

test("seccomp says which actions it knows", () => {
  const ask = (action: number): ns.Syscall =>
    ns.seccomp(
      ns.SeccompOperations.GET_ACTION_AVAIL,
      0,
      new Uint32Array([action]),
    );
  expect(ns.invoke(ask(ns.SeccompActions.KILL_PROCESS))).toBe(0);
  expect(errorOf(() => ns.invoke(ask(0x12340000)))).toMatchObject({
    code: "EOPNOTSUPP",
  });
  expect(() =>
    ns.seccomp(ns.SeccompOperations.SET_MODE_FILTER, 0, new Uint8Array(12)),
  ).toThrow(
    "invalid filter of 12 bytes: expected 1 to 4096 instructions of 8 bytes",
  );
});

test("a key is added to the process's keyring and read back", (context) => {
  requires(
    context,
    has(ns.keyctl(ns.KeyctlOperations.DESCRIBE, 0), "with CONFIG_KEYS"),
  );
  const key = ns.invoke(
    ns.addKey("user", "ns-test", "secret", ns.KeySpecs.PROCESS_KEYRING),
  );
  const buf = new Uint8Array(16);
  const length = ns.invoke(
    ns.keyctl(ns.KeyctlOperations.READ, key, buf, buf.length),
  );
  expect(Buffer.from(buf.subarray(0, length)).toString()).toBe("secret");
  ns.invoke(ns.keyctl(ns.KeyctlOperations.INVALIDATE, key));
});

test("the root mount is described as /proc/self/mountinfo describes it", (context) => {
  const stat = new Uint8Array(ns.STATX_SIZE);
  ns.invoke(ns.statx(FDCWD, "/", 0, ns.StatxMask.MNT_ID_UNIQUE, stat));
  const { mountId } = ns.parseStatx(stat);
  const { MNT_BASIC, FS_TYPE, MNT_POINT, MNT_ROOT, SB_BASIC } =
    ns.StatmountMask;
  const buf = new Uint8Array(4096);
  const ask = ns.statmount(
    mountId,
    MNT_BASIC | FS_TYPE | MNT_POINT | MNT_ROOT | SB_BASIC,
    buf,
  );
  requires(context, has(ask, "6.8"));
  ns.invoke(ask);
  const line = readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .find((each) => each.split(" ")[4] === "/");
  const [id, parent, device, rootOfMount, mountPoint] = line?.split(" ") ?? [];
  const { superblock, ...mount } = ns.parseStatmount(buf);
  expect(mount).toMatchObject({
    mountId,
    mountIdOld: Number(id),
    parentIdOld: Number(parent),
    root: rootOfMount,
    mountPoint,
    fsType: line?.split(" - ")[1]?.split(" ")[0],
  });
  expect(`${String(superblock?.major)}:${String(superblock?.minor)}`).toBe(
    device,
  );
  const ids = new BigUint64Array(512);
  const count = ns.invoke(ns.listmount(ids));
  expect([...ids.subarray(0, count)]).not.toContain(0n);
});

test("a file is opened by its handle, whatever its name", (context) => {
  requires(context, root);
  const directory = mkdtempSync(join(tmpdir(), "handle-"));
  const fd = closedLater(openSync(directory, "r"));
  const handle = ns.fileHandleBuffer();
  ns.invoke(ns.nameToHandleAt(fd, "", handle, new Int32Array(1), EMPTY_PATH));
  expect(ns.fileHandleBytes(handle).length).toBeGreaterThan(0);
  const again = opened(ns.openByHandleAt(fd, handle, PATH | CLOEXEC));
  expect(statSync(`/proc/self/fd/${String(again)}`).ino).toBe(
    statSync(directory).ino,
  );
  rmSync(directory, { recursive: true });
});

test("a BPF program is loaded, and one that reads what it may not is refused with a log", (context) => {
  requires(context, root);
  const program = (insns: Uint8Array, log_buf?: Uint8Array): ns.Syscall =>
    ns.bpfProgLoad({
      prog_type: ns.BPF_PROG_TYPE_CGROUP_DEVICE,
      insns,
      license: "Apache-2.0",
      ...(log_buf !== undefined && { log_buf, log_level: 1 }),
    });
  // r0 = 1; exit
  const allow = new Uint8Array(16);
  allow.set([0xb4, 0, 0, 0, 1]);
  allow.set([0x95], 8);
  expect(opened(program(allow))).toBeGreaterThan(2);
  // exit, with nothing in r0
  const log = Buffer.alloc(4096);
  const refused = program(allow.subarray(8), log);
  expect(errorOf(() => ns.invoke(refused))).toMatchObject({ code: "EACCES" });
  expect(log.toString()).toContain("R0 !read_ok");
  expect(() => program(allow.subarray(1))).toThrow(
    "invalid program of 15 bytes: expected instructions of 8 bytes",
  );
});
