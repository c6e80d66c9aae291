import { writeFileSync } from "node:fs";
import { requires, root, unprivilegedUserNamespaces } from "@ns/testkit";
import { expect, test } from "vitest";
import {
  INITIAL_INODES,
  isInitialNamespace,
  isInUserNamespace,
  NAMESPACE_KINDS,
  type NamespaceId,
  readNamespaces,
} from "../src/index.ts";
import { inhabitant } from "./internal/inhabitant.ts";
import { runFixture } from "./internal/run-fixture.ts";

test("the kernel's own threads are in the namespaces with the fixed inodes", (context) => {
  requires(context, root);
  const kthreadd = readNamespaces(2);
  // a kernel that numbers these two as they come cannot be told from another one by the number
  const isNumbered = ({ kind, inode }: NamespaceId): boolean =>
    (kind === "mnt" || kind === "net") && inode >= 0xf0000000;
  for (const id of Object.values(kthreadd))
    expect(isInitialNamespace(id)).toBe(isNumbered(id) ? undefined : true);
});

test("a namespace of another number is none of the first, where the first have fixed numbers", () => {
  expect(
    NAMESPACE_KINDS.map((kind) =>
      isInitialNamespace({ kind, inode: 4026532180 }),
    ),
  ).toEqual([false, false, undefined, undefined, false, false, false, false]);
  expect(isInitialNamespace({ kind: "uts", inode: INITIAL_INODES.user })).toBe(
    false,
  );
});

test("we are in a user namespace if its inode is not that of the first", () => {
  expect(isInUserNamespace()).toBe(
    readNamespaces().user?.inode !== INITIAL_INODES.user,
  );
});

test("a map like the initial one hides no user namespace", async (context) => {
  requires(context, root, unprivilegedUserNamespaces);
  await using other = await inhabitant("unshare", "--user");
  writeFileSync(`/proc/${other.pid}/uid_map`, "0 0 4294967295");
  writeFileSync(`/proc/${other.pid}/gid_map`, "0 0 4294967295");
  const report = await runFixture("initial.ts", {
    through: ["nsenter", "--user", `--target=${other.pid}`],
  });
  expect(report).toEqual({ uidMap: "0 0 4294967295", inUserNamespace: true });
});
