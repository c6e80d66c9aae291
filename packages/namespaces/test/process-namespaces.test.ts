import { readlinkSync, statSync } from "node:fs";
import { requires, root, unprivilegedUser } from "@ns/testkit";
import { expect, test } from "vitest";
import {
  formatNamespaceLink,
  kindOfLink,
  type NamespaceLink,
  readNamespaces,
} from "../src/index.ts";
import { inhabitant } from "./internal/inhabitant.ts";
import { runFixtureAsUser } from "./internal/run-fixture.ts";

test("our own namespaces are those that readlink and stat tell", () => {
  const own = readNamespaces();
  for (const [link, id] of Object.entries(own)) {
    const path = `/proc/thread-self/ns/${link}`;
    expect(id.kind).toBe(kindOfLink(link as NamespaceLink));
    expect(formatNamespaceLink(id)).toBe(readlinkSync(path));
    expect(id.device).toBe(statSync(path).dev);
  }
  expect(Object.keys(own)).toHaveLength(10);
  expect(readNamespaces(process.pid)).toEqual(own);
});

test("a process elsewhere differs in what is its own, and in nothing else", async (context) => {
  requires(context, root);
  await using other = await inhabitant("unshare", "--uts", "--ipc");
  const [ours, theirs] = [readNamespaces(), readNamespaces(other.pid)];
  const differing = Object.keys(ours).filter(
    (link) =>
      ours[link as NamespaceLink]?.inode !==
      theirs[link as NamespaceLink]?.inode,
  );
  expect(differing.sort()).toEqual(["ipc", "uts"]);
});

test("a process that is not there is said not to be there", () => {
  expect(() => readNamespaces(4_194_304)).toThrow(
    expect.objectContaining({ code: "ENOENT" }),
  );
});

test.each([0, -1, 1.5, NaN])("%s is no process id", (pid) => {
  expect(() => readNamespaces(pid)).toThrow(
    new RangeError(`invalid pid '${pid}': expected a positive integer`),
  );
});

test("another user's process is said to be unreadable", async (context) => {
  requires(context, unprivilegedUser);
  const report = await runFixtureAsUser("unreadable.ts", {
    args: [String(process.pid)],
  });
  const unreadable = {
    name: "NamespaceError",
    code: "ERR_NAMESPACE_UNREADABLE",
  };
  expect(report).toEqual({
    read: { ...unreadable, cause: "EACCES", hint: true },
    open: { ...unreadable, cause: "EACCES", hint: true },
    pidfd: { ...unreadable, cause: "EACCES", hint: true },
    own: true,
  });
});
