import { mkdtempSync, readdirSync, readFileSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatStep } from "@ns/syscalls";
import {
  program,
  requires,
  root,
  unprivilegedUser,
  unprivilegedUserNamespaces,
} from "@ns/testkit";
import { afterAll, expect, test } from "vitest";
import {
  openNamespace,
  persistDirectorySteps,
  persistNamespace,
  persistSteps,
  unpersistNamespace,
  unpersistSteps,
} from "../src/index.ts";
import { runFixture, runFixtureAsUser } from "./internal/run-fixture.ts";
import { inhabitant } from "./internal/inhabitant.ts";

const directory = mkdtempSync(join(tmpdir(), "namespaces-persist-"));
// Linux 6.18 can tell which of two mount namespaces is older if they were made on the same CPU
const onOneCpu = ["taskset", "--cpu-list", firstCpu()];
const elsewhere = [...onOneCpu, "unshare", "--mount"];

// what the fixtures mount is in mount namespaces of their own: here it stays empty
afterAll(() => {
  rmdirSync(directory);
});

test("a namespace stays with its file, and goes with it", async (context) => {
  requires(context, root);
  const report = await runFixture("persist.ts", {
    through: elsewhere,
    args: [directory],
  });
  const all = { there: true, same: true, removed: true, gone: true };
  expect(report).toEqual({
    kinds: { cgroup: all, ipc: all, net: all, uts: all },
    entered: true,
    existing: "ERR_NAMESPACE_PATH_EXISTS",
    nowhere: "ENOENT",
    stacked: false,
    mode: "100000",
    kept: Array<string>(3).fill("ERR_NAMESPACE_NOT_PERSISTED"),
    missing: "ENOENT",
    link: "ERR_NAMESPACE_NOT_PERSISTED",
    root: "ERR_NAMESPACE_NOT_PERSISTED",
    files: ["directory", "empty", "file"],
    own: 0,
  });
});

test("a mount namespace is kept where nothing propagates, others are seen where it does", async (context) => {
  requires(context, root);
  const report = await runFixture("persist-mnt.ts", {
    through: elsewhere,
    args: [directory],
  });
  expect(report).toEqual({
    shared: "ERR_NAMESPACE_PROPAGATES",
    privateMounts: [false],
    entered: true,
    itself: "ERR_NAMESPACE_LOOP",
    files: ["mnt"],
    sharedMounts: [true],
    seen: [true, false, true],
    afterwards: [false, false, false],
    removed: true,
  });
});

test("a mount namespace is not kept by one that is newer", async (context) => {
  requires(context, root);
  await using older = await inhabitant(...elsewhere);
  const report = await runFixture("persist-newer.ts", {
    through: elsewhere,
    args: [directory, String(older.pid)],
  });
  expect(report).toBe("ERR_NAMESPACE_LOOP");
});

test("it is what ip netns does", async (context) => {
  requires(context, root, program("ip"));
  expect(await runFixture("ip-netns.ts", { through: elsewhere })).toEqual({
    both: ["blue", "red"],
    inBlue: true,
    inRed: true,
    left: [false, false],
    none: [""],
  });
});

test("without privileges it works in a user namespace", async (context) => {
  requires(context, unprivilegedUser, unprivilegedUserNamespaces);
  const report = await runFixtureAsUser("persist.ts", {
    through: ["unshare", "--map-root-user", "-mnuiC"],
    args: ["/mnt"],
  });
  expect(report).toMatchObject({
    kinds: { net: { there: true, same: true, removed: true, gone: true } },
    files: ["directory", "empty", "file"],
  });
});

test("as steps it is bound by descriptors, not by a path that is looked up twice", () => {
  using net = openNamespace({ kind: "net" });
  const name = String(net);
  expect(persistSteps(net, "/run/netns/blue").map(formatStep)).toEqual([
    `openat(AT_FDCWD, "/run/netns/blue", O_RDONLY|O_CREAT|O_EXCL|O_CLOEXEC, 000) = <file>`,
    `open_tree(<${name}>, "", OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC|AT_EMPTY_PATH) = <mount>`,
    `move_mount(<mount>, "", <file>, "", MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_EMPTY_PATH)`,
    "close(<mount>)",
    "close(<file>)",
  ]);
  expect(unpersistSteps("/run/netns/blue").map(formatStep)).toEqual([
    `umount2("/run/netns/blue", MNT_DETACH|UMOUNT_NOFOLLOW) (or EINVAL)`,
    `unlinkat(AT_FDCWD, "/run/netns/blue", 0)`,
  ]);
});

test("a directory is made a mount point if it is none", () => {
  const steps = persistDirectorySteps("/run/netns");
  expect(steps.map(formatStep)).toEqual([
    `mkdirat(AT_FDCWD, "/run/netns", 0755) (or EEXIST)`,
    `openat(AT_FDCWD, "/run/netns", O_RDONLY|O_CLOEXEC|O_DIRECTORY) = <lock>`,
    "flock(<lock>, LOCK_EX)",
    `mount(NULL, "/run/netns", NULL, MS_REC|MS_SHARED, NULL) (on EINVAL: see below)`,
    "close(<lock>)",
  ]);
  expect(steps[3]?.otherwise?.map(formatStep)).toEqual([
    `mount("/run/netns", "/run/netns", NULL, MS_BIND|MS_REC, NULL)`,
    `mount(NULL, "/run/netns", NULL, MS_REC|MS_SHARED, NULL)`,
  ]);
});

test("what is no path is refused before anything is done", () => {
  using net = openNamespace({ kind: "net" });
  expect(() => persistNamespace(net, "")).toThrow(TypeError);
  expect(() => persistNamespace(net, `${directory}/a\0b`)).toThrow(TypeError);
  expect(() => unpersistNamespace("")).toThrow(TypeError);
  expect(() => persistDirectorySteps("")).toThrow(TypeError);
  const propagation = "slave" as "shared";
  expect(() => persistDirectorySteps(directory, { propagation })).toThrow(
    new RangeError("invalid propagation 'slave': expected shared or private"),
  );
  expect(readdirSync(directory)).toEqual([]);
});

function firstCpu(): string {
  const status = readFileSync("/proc/self/status", "utf8");
  return /^Cpus_allowed_list:\t(\d+)/m.exec(status)?.[1] ?? "0";
}
