import { readdirSync } from "node:fs";
import {
  requires,
  type Requirement,
  root,
  unprivilegedUser,
  unprivilegedUserNamespaces,
} from "@ns/testkit";
import { expect, test } from "vitest";
import {
  isInUserNamespace,
  openNamespace,
  readNamespaces,
} from "../src/index.ts";
import { inhabitant } from "./internal/inhabitant.ts";

const initialUserNamespace: Requirement = {
  met: () => !isInUserNamespace(),
  reason: "needs the initial user namespace",
};

const asOther = ["setpriv", "--reuid=1000", "--regid=1000", "--clear-groups"];

test("a namespace is owned by the user namespace it was made in", async (context) => {
  requires(context, unprivilegedUser, unprivilegedUserNamespaces);
  await using other = await inhabitant(
    ...asOther,
    ...["unshare", "--map-root-user", "--net", "--pid", "--fork"],
  );
  using net = openNamespace({ kind: "net", pid: other.pid });
  using owner = net.owner();
  expect(owner).toMatchObject({
    kind: "user",
    inode: readNamespaces(other.pid).user?.inode,
  });
  expect(owner?.ownerUid()).toBe(1000);
  using above = owner?.parent();
  expect(above?.inode).toBe(readNamespaces().user?.inode);
  expect(net.parent()).toBeUndefined();
  expect(net.ownerUid()).toBeUndefined();
});

test("a PID namespace is nested in that of the process that made it", async (context) => {
  requires(context, root);
  await using other = await inhabitant("unshare", "--pid", "--fork");
  using pid = openNamespace({ kind: "pid", pid: other.pid });
  using parent = pid.parent();
  expect(parent?.inode).toBe(readNamespaces().pid?.inode);
});

test("above the first there is nothing", (context) => {
  requires(context, initialUserNamespace);
  using user = openNamespace({ kind: "user" });
  expect(user.owner()).toBeUndefined();
  expect(user.parent()).toBeUndefined();
  expect(user.ownerUid()).toBe(0);
});

test("it reads as its link does", () => {
  using net = openNamespace({ kind: "net" });
  expect(String(net)).toBe(`net:[${net.inode}]`);
});

test("its descriptor is closed once, with its handle", () => {
  const before = readdirSync("/proc/self/fd").length;
  const net = openNamespace({ kind: "net" });
  using owner = net.owner();
  owner?.[Symbol.dispose]();
  net[Symbol.dispose]();
  net[Symbol.dispose]();
  expect(readdirSync("/proc/self/fd")).toHaveLength(before);
  expect(() => net.fd).toThrow(
    expect.objectContaining({ code: "ERR_NAMESPACE_CLOSED" }),
  );
  expect(() => net.owner()).toThrow("cannot use 'net:[");
});
