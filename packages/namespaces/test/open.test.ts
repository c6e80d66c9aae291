import { spawnSync } from "node:child_process";
import {
  closeSync,
  fstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fcntl, FcntlCommands, FdFlags, invoke, pidfdOpen } from "@ns/syscalls";
import { requires, root } from "@ns/testkit";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  NAMESPACE_LINKS,
  kindOfLink,
  openNamespace,
  readNamespaces,
  sameNamespace,
  type NamespaceSource,
} from "../src/index.ts";
import { openByPid, parsePidfdInfo } from "../src/internal/open-by-pidfd.ts";
import { inhabitant } from "./internal/inhabitant.ts";

const directory = mkdtempSync(join(tmpdir(), "namespaces-open-"));
const fifo = join(directory, "fifo");

beforeAll(() => {
  spawnSync("mkfifo", [fifo]);
});

afterAll(() => {
  rmSync(directory, { recursive: true });
});

test.each(NAMESPACE_LINKS)("our own %s is opened, close-on-exec", (kind) => {
  using namespace = openNamespace({ kind });
  expect(namespace.kind).toBe(kindOfLink(kind));
  expect(namespace).toMatchObject({
    device: fstatSync(namespace.fd).dev,
    inode: readNamespaces()[kind]?.inode,
  });
  expect(invoke(fcntl(namespace.fd, FcntlCommands.GETFD))).toBe(
    FdFlags.CLOEXEC,
  );
});

test("by pid, by path and by pidfd it is the same namespace", async (context) => {
  requires(context, root);
  await using other = await inhabitant("unshare", "--uts");
  const { pid } = other;
  const pidfd = invoke(pidfdOpen(pid));
  try {
    using own = openNamespace({ kind: "uts" });
    using byPid = openNamespace({ kind: "uts", pid });
    using byPath = openNamespace({ path: `/proc/${pid}/ns/uts` });
    using byPidfd = openNamespace({ kind: "uts", pidfd });
    using byDescriptor = openNamespace({ path: `/proc/self/fd/${byPid.fd}` });
    using byOldKernel = openByPid(pidfd, "uts", (path, kind) =>
      openNamespace({ path, kind }),
    );
    for (const each of [byPath, byPidfd, byDescriptor, byOldKernel])
      expect(sameNamespace(each, byPid)).toBe(true);
    expect(sameNamespace(byPid, own)).toBe(false);
    expect(byPid.inode).toBe(readNamespaces(pid).uts?.inode);
  } finally {
    closeSync(pidfd);
  }
});

test.each(NAMESPACE_LINKS)("%s is opened by a pidfd", (kind) => {
  const pidfd = invoke(pidfdOpen(process.pid));
  try {
    using namespace = openNamespace({ kind, pidfd });
    expect(namespace.inode).toBe(readNamespaces()[kind]?.inode);
  } finally {
    closeSync(pidfd);
  }
});

test("a pidfd does not lead to the next process of that id", async () => {
  const other = await inhabitant("env");
  const pidfd = invoke(pidfdOpen(other.pid));
  try {
    await other[Symbol.asyncDispose]();
    expect(() => openNamespace({ kind: "net", pidfd })).toThrow(
      expect.objectContaining({ name: "SyscallError", code: "ESRCH" }),
    );
  } finally {
    closeSync(pidfd);
  }
});

describe("what cannot be opened is refused", () => {
  const cases: readonly (readonly [string, NamespaceSource, object])[] = [
    [
      "a file",
      { path: "/proc/version" },
      { code: "ERR_NAMESPACE_NOT_A_NAMESPACE" },
    ],
    ["a directory", { path: "/" }, { code: "ERR_NAMESPACE_NOT_A_NAMESPACE" }],
    [
      "a device",
      { path: "/dev/tty" },
      { code: "ERR_NAMESPACE_NOT_A_NAMESPACE" },
    ],
    ["a FIFO", { path: fifo }, { code: "ERR_NAMESPACE_NOT_A_NAMESPACE" }],
    [
      "another kind",
      { path: "/proc/self/ns/net", kind: "uts" },
      { code: "ERR_NAMESPACE_WRONG_KIND" },
    ],
    ["no path", { path: "/nowhere" }, { code: "ENOENT", syscall: "openat" }],
    ["no process", { kind: "net", pid: 4_194_304 }, { code: "ENOENT" }],
    ["an empty path", { path: "" }, { name: "TypeError" }],
    ["a NUL", { path: "/proc\0" }, { name: "TypeError" }],
    ["no kind", { kind: "nothing" as "net" }, { name: "RangeError" }],
    ["no pid", { kind: "net", pid: 0 }, { name: "RangeError" }],
    ["no pidfd", { kind: "net", pidfd: -1 }, { name: "TypeError" }],
  ];

  test.each(cases)("%s", (_, source, error) => {
    const before = readdirSync("/proc/self/fd").length;
    expect(() => openNamespace(source)).toThrow(expect.objectContaining(error));
    expect(readdirSync("/proc/self/fd")).toHaveLength(before);
  });

  test("a descriptor that is no pidfd", () => {
    const pidfd = openSync("/dev/null", "r");
    try {
      expect(() => openNamespace({ kind: "net", pidfd })).toThrow(
        new TypeError(
          `invalid pidfd '${pidfd}': expected a descriptor of pidfd_open(2)`,
        ),
      );
    } finally {
      closeSync(pidfd);
    }
  });
});

test.each([
  [
    "pos:\t0\nflags:\t02000002\nmnt_id:\t4\nino:\t5\nPid:\t42\nNSpid:\t42\n",
    42,
  ],
  ["pos:\t0\nPid:\t-1\nNSpid:\t-1\n", -1],
  ["pos:\t0\nPid:\t0\n", 0],
  ["pos:\t0\nNSpid:\t42\n", undefined],
  ["", undefined],
])("of %j the process is %j", (fdinfo, pid) => {
  expect(parsePidfdInfo(fdinfo)).toBe(pid);
});

test("the process of a pidfd is found between any other lines, and never in one of them", () => {
  const line = fc.stringMatching(/^[A-OQ-Za-z]{1,8}:\t[0-9-]{0,6}$/);
  const lines = fc.array(line, { maxLength: 6 });
  const pid = fc.option(fc.integer({ min: -1, max: 4194304 }));
  fc.assert(
    fc.property(lines, pid, lines, (before, its, after) => {
      const own = its === null ? [] : [`Pid:\t${String(its)}`];
      const text = [...before, ...own, ...after, ""].join("\n");
      expect(parsePidfdInfo(text)).toBe(its ?? undefined);
    }),
  );
});
