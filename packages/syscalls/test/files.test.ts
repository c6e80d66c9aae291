import {
  constants,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import * as ns from "../src/index.ts";
import { errorOf } from "./internal/error-of.ts";
import { opened } from "./internal/opened.ts";

const { CLOEXEC, CREAT, DIRECTORY, PATH, RDONLY, RDWR } = ns.OpenFlags;
const { FDCWD } = ns.AtFlags;

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "syscalls-"));
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

test("a sealed memfd cannot be written", () => {
  const { CLOEXEC: MFD_CLOEXEC, ALLOW_SEALING } = ns.MfdFlags;
  const fd = opened(ns.memfdCreate("sealed", MFD_CLOEXEC | ALLOW_SEALING));
  ns.invoke(ns.write(fd, "first"));
  const seals =
    ns.SealFlags.WRITE |
    ns.SealFlags.SHRINK |
    ns.SealFlags.GROW |
    ns.SealFlags.SEAL;
  ns.invoke(ns.fcntl(fd, ns.FcntlCommands.ADD_SEALS, seals));
  expect(ns.invoke(ns.fcntl(fd, ns.FcntlCommands.GET_SEALS))).toBe(seals);
  expect(errorOf(() => ns.invoke(ns.write(fd, "second")))).toMatchObject({
    code: "EPERM",
  });
  expect(errorOf(() => ns.invoke(ns.ftruncate(fd, 0)))).toMatchObject({
    code: "EPERM",
  });
});

test("any text without a NUL comes back from a memfd as it was", () => {
  const fd = opened(ns.memfdCreate("text", ns.MfdFlags.CLOEXEC));
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 2000 }), (text) => {
      ns.invoke(ns.ftruncate(fd, 0));
      ns.invoke(ns.lseek(fd, 0, ns.SeekWhence.SET));
      const size = Buffer.byteLength(text);
      expect(ns.invoke(ns.write(fd, text))).toBe(size);
      ns.invoke(ns.lseek(fd, 0, ns.SeekWhence.SET));
      const back = Buffer.alloc(size);
      expect(ns.invoke(ns.read(fd, back))).toBe(size);
      expect(back.toString()).toBe(Buffer.from(text).toString());
    }),
  );
});

test("any name without a NUL or a slash is a file's name", () => {
  const dirfd = opened(ns.openat(FDCWD, directory, PATH | DIRECTORY | CLOEXEC));
  const name = fc
    .string({ unit: "grapheme", minLength: 1, maxLength: 20 })
    .filter(
      (text) =>
        !/[\0/]/.test(text) &&
        text !== "." &&
        text !== ".." &&
        Buffer.byteLength(text) < 256,
    );
  fc.assert(
    fc.property(name, (text) => {
      ns.invoke(ns.symlinkat(text, dirfd, text));
      const buf = Buffer.alloc(4096);
      const length = ns.invoke(ns.readlinkat(dirfd, text, buf));
      expect(buf.toString("utf8", 0, length)).toBe(text);
      ns.invoke(ns.unlinkat(dirfd, text));
    }),
    { numRuns: 50 },
  );
});

test("a path is resolved within the directory, or refused, as openat2 is asked", () => {
  mkdirSync(join(directory, "etc"));
  writeFileSync(join(directory, "etc/name"), "inside");
  symlinkSync("/etc/name", join(directory, "link"));
  const root = opened(ns.openat(FDCWD, directory, PATH | DIRECTORY | CLOEXEC));
  const flags = RDONLY | CLOEXEC;
  for (const path of ["link", "../../../etc/name", "/etc/name"]) {
    const fd = opened(
      ns.openat2(root, path, { flags, resolve: ns.ResolveFlags.IN_ROOT }),
    );
    expect(readFileSync(fd, "utf8")).toBe("inside");
    const beneath = ns.openat2(root, path, {
      flags,
      resolve: ns.ResolveFlags.BENEATH,
    });
    expect(errorOf(() => ns.invoke(beneath))).toMatchObject({
      code: "EXDEV",
      path,
    });
  }
  const noLinks = ns.openat2(root, "link", {
    flags,
    resolve: ns.ResolveFlags.NO_SYMLINKS,
  });
  expect(errorOf(() => ns.invoke(noLinks))).toMatchObject({ code: "ELOOP" });
});

test("a descriptor range is marked close-on-exec", () => {
  const fd = opened(ns.openat(FDCWD, "/dev/null", RDWR));
  expect(ns.invoke(ns.fcntl(fd, ns.FcntlCommands.GETFD))).toBe(0);
  ns.invoke(ns.closeRange(fd, fd, ns.CloseRangeFlags.CLOEXEC));
  expect(ns.invoke(ns.fcntl(fd, ns.FcntlCommands.GETFD))).toBe(
    ns.FdFlags.CLOEXEC,
  );
});

test("a file is described as fs describes it", () => {
  const buf = new Uint8Array(ns.STATX_SIZE);
  ns.invoke(
    ns.statx(
      FDCWD,
      "/dev/null",
      0,
      ns.StatxMask.BASIC_STATS | ns.StatxMask.MNT_ID,
      buf,
    ),
  );
  expect(ns.parseStatx(buf)).toMatchObject({
    mode: constants.S_IFCHR | 0o666,
    rdev: { major: 1, minor: 3 },
  });
  ns.invoke(ns.statx(FDCWD, "/", 0, ns.StatxMask.BASIC_STATS, buf));
  expect(ns.parseStatx(buf).isMountRoot).toBe(true);
});

test("a file system tells its kind", () => {
  const buf = new Uint8Array(ns.STATFS_SIZE);
  ns.invoke(ns.statfs("/proc", buf));
  expect(ns.parseStatfs(buf)).toMatchObject({
    type: ns.FilesystemMagic.PROC,
    blockSize: 4096,
  });
  ns.invoke(
    ns.fstatfs(
      opened(ns.openat(FDCWD, "/proc/self/ns/uts", RDONLY | CLOEXEC)),
      buf,
    ),
  );
  expect(ns.parseStatfs(buf).type).toBe(ns.FilesystemMagic.NSFS);
});

test("extended attributes are set, listed, read and removed", () => {
  const file = join(directory, "file");
  const fd = opened(ns.openat(FDCWD, file, RDWR | CREAT | CLOEXEC, 0o600));
  ns.invoke(ns.fsetxattr(fd, "user.note", "hello"));
  const buf = new Uint8Array(64);
  const text = (length: number): string =>
    Buffer.from(buf.subarray(0, length)).toString();
  expect(text(ns.invoke(ns.getxattr(file, "user.note", buf)))).toBe("hello");
  expect(text(ns.invoke(ns.flistxattr(fd, buf))).split("\0")).toContain(
    "user.note",
  );
  const again = ns.setxattr(file, "user.note", "x", ns.XattrFlags.CREATE);
  expect(errorOf(() => ns.invoke(again))).toMatchObject({
    code: "EEXIST",
    path: file,
  });
  ns.invoke(ns.lremovexattr(file, "user.note"));
  expect(
    errorOf(() => ns.invoke(ns.fgetxattr(fd, "user.note", buf))),
  ).toMatchObject({ code: "ENODATA" });
});

test("a lock that another has is refused without waiting", () => {
  const file = join(directory, "lock");
  const [first, second] = [1, 2].map(() =>
    opened(ns.openat(FDCWD, file, RDWR | CREAT | CLOEXEC, 0o600)),
  );
  ns.invoke(ns.flock(first ?? -1, ns.FlockOperations.EX));
  const refused = ns.flock(
    second ?? -1,
    ns.FlockOperations.EX | ns.FlockOperations.NB,
  );
  expect(errorOf(() => ns.invoke(refused))).toMatchObject({ code: "EAGAIN" });
});

test("a device number is split as the kernel splits it", () => {
  expect(ns.makedev(1, 3)).toBe(0x103);
  expect(ns.makedev(259, 1048575)).toBe(0xfff103ff);
  expect(() => ns.makedev(4096, 0)).toThrow(
    "invalid device '4096:0': expected at most 4095:1048575",
  );
});
