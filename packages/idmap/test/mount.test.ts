import { formatStep } from "@ns/syscalls";
import {
  requires,
  type Requirement,
  root,
  unprivilegedUser,
  unprivilegedUserNamespaces,
} from "@ns/testkit";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { idmappedBindSteps } from "../src/mount.ts";
import { commandOfUser, runFixture, runFixtureAsUser } from "./run-fixture.ts";

let directory = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "idmapped-"));
  for (const name of ["", "source", "target"]) {
    mkdirSync(join(directory, name), { recursive: true });
    chmodSync(join(directory, name), 0o777);
  }
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

test("the owners are mapped before the copy is anywhere to be seen", () => {
  const printed = idmappedBindSteps({
    source: "/a",
    target: 7,
    userNamespace: 9,
    recursive: true,
  }).map(formatStep);
  expect(printed).toEqual([
    'open_tree(AT_FDCWD, "/a", OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC|AT_RECURSIVE) = <copy>',
    'mount_setattr(<copy>, "", AT_EMPTY_PATH|AT_RECURSIVE, {attr_set=MOUNT_ATTR_IDMAP, userns_fd=9}, 32)',
    'move_mount(<copy>, "", 7, "", MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_EMPTY_PATH)',
    "close(<copy>)",
  ]);
});

test("a file of user 0 is shown as the mapped id, and what is created is stored back: as root", async (context) => {
  requires(context, root);
  expect(
    await runFixture(
      "idmapped.ts",
      ["unshare", "--mount"],
      [directory, "0 100000 65536"],
    ),
  ).toEqual({
    shown: [100000, 100000],
    stored: [0, 0],
    created: [5, 5],
    procfs: ["EINVAL", true],
    again: ["EPERM", true],
  });
});

const tmpfs: Requirement = {
  met: () => {
    const [major = 0, minor = 0] = readFileSync(
      "/proc/sys/kernel/osrelease",
      "utf8",
    )
      .split(".")
      .map(Number);
    return major > 6 || (major === 6 && minor >= 3);
  },
  reason: "needs idmapped tmpfs: Linux 6.3",
};

test("the same on a tmpfs of a user namespace, for whoever is root only there", async (context) => {
  requires(context, root, unprivilegedUser, tmpfs);
  const [node, fixture] = commandOfUser("in-user-namespace.ts");
  expect(
    await runFixture("in-user-namespace.ts", [], [node, fixture, directory]),
  ).toEqual({
    host: 300000,
    shown: [1000, 1000],
    stored: [0, 0],
    created: [5, 5],
  });
});

test("the same for a user without privileges, whose one id may be shown as none", async (context) => {
  requires(context, unprivilegedUser, unprivilegedUserNamespaces, tmpfs);
  const through = ["unshare", "--user", "--map-root-user", "--mount"];
  expect(
    await runFixtureAsUser("idmapped.ts", through, [
      directory,
      "5 0 1",
      "tmpfs",
    ]),
  ).toEqual({
    shown: [65534, 65534],
    stored: [0, 0],
    // the file system has no id 5
    created: "EOVERFLOW",
  });
});
