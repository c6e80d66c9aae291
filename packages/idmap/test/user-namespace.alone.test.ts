import { fstatSync, readlinkSync } from "node:fs";
import { diffHostState, hostState, requires, root } from "@ns/testkit";
import { expect, test } from "vitest";
import { parseIdMap } from "../src/index.ts";
import { openUserNamespace, type UserNamespace } from "../src/mount.ts";

const map = parseIdMap("0 100000 65536");

test("a user namespace is kept by its descriptor, and nothing is left when it is disposed of", async (context) => {
  requires(context, root);
  // what the first child of a process brings along stays: its handler of SIGCHLD
  (await openUserNamespace({ uidMappings: map, gidMappings: map }))[
    Symbol.dispose
  ]();
  const before = hostState();
  const namespaces: UserNamespace[] = [];
  for (let i = 0; i < 10; i++)
    namespaces.push(
      await openUserNamespace({ uidMappings: map, gidMappings: map }),
    );
  const inodes = namespaces.map(({ fd }) => fstatSync(fd).ino);
  expect(new Set(inodes).size).toBe(10);
  expect(readlinkSync(`/proc/self/fd/${String(namespaces[0]?.fd)}`)).toMatch(
    /^user:\[/,
  );
  const during = diffHostState(before, hostState());
  expect(during.every((line) => line.startsWith("+ fd"))).toBe(true);
  for (const each of namespaces) each[Symbol.dispose]();
  expect(() => namespaces[0]?.fd).toThrow(TypeError);
  namespaces[0]?.[Symbol.dispose]();
  expect(diffHostState(before, hostState())).toEqual([]);
});

test("nothing is left when it cannot be made either", async (context) => {
  requires(context, root);
  const before = hostState();
  const twice = [...map, ...map];
  await expect(
    openUserNamespace({ uidMappings: map, gidMappings: twice }),
  ).rejects.toMatchObject({
    code: "ERR_IDMAP_INVALID_MAP",
  });
  await expect(
    openUserNamespace({ uidMappings: map, gidMappings: [] }),
  ).rejects.toMatchObject({
    code: "EINVAL",
    syscall: "write",
  });
  expect(diffHostState(before, hostState())).toEqual([]);
});
