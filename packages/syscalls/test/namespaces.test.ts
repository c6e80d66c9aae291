import { mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { requires, root, unprivilegedUserNamespaces } from "@ns/testkit";
import { expect, test } from "vitest";
import { runFixture } from "./run-fixture.ts";

test("a thread moves into a new namespace and back, without its threads into no user namespace", async (context) => {
  requires(context, root);
  expect(await runFixture("namespaces.ts")).toEqual({
    moved: true,
    parentMoved: false,
    back: true,
    wrongKind: "EINVAL",
    userNamespace: "EINVAL",
  });
});

test("mounts are made, changed, moved and made the root", async (context) => {
  requires(context, root);
  const directory = mkdtempSync(join(tmpdir(), "mounts-"));
  const report = await runFixture(
    "mounts.ts",
    ["unshare", "--mount"],
    [directory],
  );
  rmdirSync(directory);
  expect(report).toEqual({
    mount: ["nosuid", "nodev"],
    bound: ["ro", "nosuid"],
    written: "EROFS",
    made: true,
    readOnly: "EROFS",
    badOption: "EINVAL",
    said: "e tmpfs: Unknown parameter 'nonsense'\n",
    device: {
      mode: "20640",
      uid: 12,
      gid: 34,
      rdev: { major: 1, minor: 3 },
      nlink: 2,
    },
    cwd: "/",
    gone: "ENOENT",
    there: "ok",
  });
});

test("a host name, an interface, keys, ids, capabilities, a filter and Landlock are set, in this order", async (context) => {
  requires(context, root);
  expect(
    await runFixture("identity.ts", ["unshare", "--uts", "--net"]),
  ).toEqual({
    names: ["inner", "domain.example"],
    loopback: [0, 1],
    session: expect.toSatisfy(
      (value) => value === true || value === "ENOSYS",
    ) as unknown,
    capabilities: {
      uid: "7\t7\t7\t7",
      groups: "",
      effective: "0000000000000420",
      ambient: "0000000000000020",
      boundingHasSysAdmin: false,
      noNewPrivs: "1",
    },
    filtered: "EUSERS",
    landlock: expect.toSatisfy(
      (value) =>
        value === "EOPNOTSUPP" || JSON.stringify(value) === '["ok","EACCES"]',
    ) as unknown,
  });
});

test("Node is replaced by the program that is executed", async () => {
  expect(await runFixture("exec.ts")).toEqual({ replaced: true });
});

test("in a user namespace that denies setgroups, it is refused by name", async (context) => {
  requires(context, root, unprivilegedUserNamespaces);
  const through = ["unshare", "--user", "--map-root-user", "--uts", "--net"];
  await expect(runFixture("identity.ts", through)).rejects.toThrow(
    "EPERM: operation not permitted, setgroups",
  );
});
