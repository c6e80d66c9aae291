import {
  chmodSync,
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AtFlags, FileMode, invoke, makedev, mknodat } from "@ns/syscalls";
import { requires, type Requirement, root as asRoot } from "@ns/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readUserDatabase, resolveUserIn } from "../src/index.ts";
import { readRootFile } from "../src/internal/root-file.ts";
import { codeOf } from "./internal/code-of.ts";
import { runFixture } from "./run-fixture.ts";

let top = "";
let root = "";
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), "user-root-"));
  chmodSync(top, 0o755);
  root = join(top, "root");
  mkdirSync(join(root, "etc"), { recursive: true });
  // what must never be read: the host's, just outside
  mkdirSync(join(top, "etc"));
  writeFileSync(join(top, "etc/group"), "secret:x:1:\n");
});
afterEach(() => {
  rmSync(top, { recursive: true });
});
const group = (): string => join(root, "etc/group");

test("the files of the root are read, by its path or its descriptor", () => {
  writeFileSync(join(root, "etc/passwd"), "web:x:33:34::/srv:\n");
  writeFileSync(group(), "www:x:34:\nvideo:x:44:web\n");
  expect(resolveUserIn(root, "web")).toMatchObject({
    uid: 33,
    gid: 34,
    groups: [44],
  });
  const fd = openSync(root, "r");
  expect(resolveUserIn(fd, "7:video")).toMatchObject({ uid: 7, gid: 44 });
  expect(readUserDatabase(fd).passwd).toBe("web:x:33:34::/srv:\n");
  closeSync(fd);
});

test("a root without files knows numbers only", () => {
  expect(readUserDatabase(root)).toEqual({ passwd: "", group: "" });
  rmSync(join(root, "etc"), { recursive: true });
  expect(resolveUserIn(root, "1000")).toEqual({
    uid: 1000,
    gid: 0,
    groups: [],
  });
  expect(codeOf(() => resolveUserIn(root, "web"))).toBe(
    "ERR_IDMAP_UNKNOWN_USER",
  );
  expect(codeOf(() => resolveUserIn(join(root, "none"), "0:0"))).toBe("ENOENT");
});

test.each([
  "../../etc/group",
  "../../../../../../../../etc/group",
  "/etc/group",
  "/../../etc/group",
  "group",
])("a link to %s leads to nothing outside", (to) => {
  symlinkSync(to, group());
  // the link leads to itself, or to a file that the root does not have
  expect(["ELOOP", "ERR_IDMAP_UNKNOWN_USER"]).toContain(
    codeOf(() => resolveUserIn(root, "0:secret")),
  );
});

test("a link within the root is followed, also from its root directory", () => {
  mkdirSync(join(root, "nix"));
  writeFileSync(join(root, "nix/group"), "inside:x:5:\n");
  symlinkSync("/nix/group", group());
  expect(resolveUserIn(root, "0:inside").gid).toBe(5);
});

test("magic links lead nowhere, also where /proc is mounted in the root", () => {
  const fd = openSync(join(top, "etc/group"), "r");
  const link = `/proc/self/fd/${String(fd)}`;
  symlinkSync(link, group());
  expect(codeOf(() => resolveUserIn(root, "0:secret"))).toBe(
    "ERR_IDMAP_UNKNOWN_USER",
  );
  const slash = openSync("/", "r");
  expect(codeOf(() => readRootFile(slash, link))).toBe("ELOOP");
  closeSync(slash);
  closeSync(fd);
});

test("a FIFO, which nobody writes to, does not make us wait", () => {
  invoke(mknodat(AtFlags.FDCWD, group(), FileMode.IFIFO | 0o666, 0));
  expect(codeOf(() => resolveUserIn(root, "0:any"))).toBe("ERR_IDMAP_DATABASE");
});

test("a device is not read, and not even opened", (context) => {
  requires(context, asRoot);
  // /dev/zero; and a device that there is not, whose opening would be ENXIO
  for (const [major, minor] of [
    [1, 5],
    [240, 7],
  ] as const) {
    invoke(
      mknodat(
        AtFlags.FDCWD,
        group(),
        FileMode.IFCHR | 0o666,
        makedev(major, minor),
      ),
    );
    expect(codeOf(() => resolveUserIn(root, "0:any"))).toBe(
      "ERR_IDMAP_DATABASE",
    );
    rmSync(group());
  }
});

test("a directory is no file", () => {
  mkdirSync(group());
  expect(codeOf(() => resolveUserIn(root, "0:any"))).toBe("ERR_IDMAP_DATABASE");
});

test("of a sparse file of 1 GiB nothing is read", () => {
  const fd = openSync(group(), "w");
  ftruncateSync(fd, 2 ** 30);
  closeSync(fd);
  const before = process.memoryUsage.rss();
  const start = performance.now();
  expect(codeOf(() => resolveUserIn(root, "0:any"))).toBe("ERR_IDMAP_DATABASE");
  expect(performance.now() - start).toBeLessThan(500);
  expect(process.memoryUsage.rss() - before).toBeLessThan(2 ** 26);
});

test("1 MiB is read, and a byte more refused", () => {
  const text = `last:x:9:${"a".repeat(2 ** 20 - 10)}\n`;
  writeFileSync(group(), text);
  expect(resolveUserIn(root, "0:last").gid).toBe(9);
  writeFileSync(group(), `${text}\n`);
  expect(codeOf(() => resolveUserIn(root, "0:last"))).toBe(
    "ERR_IDMAP_DATABASE",
  );
});

const kallsyms: Requirement = {
  met: () => existsSync("/proc/kallsyms"),
  reason:
    "needs a file that says it is empty and has more than 1 MiB: /proc/kallsyms, CONFIG_KALLSYMS",
};

test("a file that is larger than it says is not read to its end", (context) => {
  requires(context, kallsyms);
  const fd = openSync("/", "r");
  expect(codeOf(() => readRootFile(fd, "proc/kallsyms"))).toBe(
    "ERR_IDMAP_DATABASE",
  );
  closeSync(fd);
});

test("no descriptor is left, whatever happened", () => {
  const open = (): number => readdirSync("/proc/self/fd").length;
  const before = open();
  mkdirSync(group());
  codeOf(() => resolveUserIn(root, "0:any"));
  codeOf(() => resolveUserIn(root, "::"));
  codeOf(() => resolveUserIn(root, "nobody"));
  codeOf(() => readUserDatabase(root));
  expect(open()).toBe(before);
});

test.each(["ENOSYS", "EPERM"])(
  "where openat2 is %s, files are read and no link is followed",
  async (errno) => {
    writeFileSync(join(root, "etc/passwd"), "web:x:33:34::/srv:\n");
    symlinkSync("../../etc/group", group());
    expect(await runFixture("without-openat2.ts", [], [root, errno])).toEqual({
      openat2: errno,
      user: 33,
      link: "ERR_IDMAP_DATABASE",
      linkedDirectory: "ERR_IDMAP_DATABASE",
      missing: "ERR_IDMAP_UNKNOWN_USER",
    });
  },
);
