import { openSync, closeSync } from "node:fs";
import { SyscallError } from "@ns/syscalls";
import { expect, test, type TestContext } from "vitest";
import {
  isMountPoint,
  listMounts,
  mountIdOf,
  mountOf,
  readMountinfo,
  statMount,
  uniqueMountIdOf,
} from "../src/index.ts";

/** Skips where the kernel has no listmount(2). */
function needsListmount(context: TestContext): void {
  try {
    listMounts();
  } catch (error) {
    if (error instanceof SyscallError && error.code === "ENOSYS")
      context.skip("needs listmount(2): Linux 6.8");
    throw error;
  }
}

test("statmount tells of every mount what mountinfo tells", (context) => {
  needsListmount(context);
  const byId = new Map(listMounts().map((each) => [each.mountIdOld, each]));
  for (const mount of readMountinfo()) {
    // others mount and unmount on this machine meanwhile
    const same = byId.get(mount.mountId);
    if (same === undefined) continue;
    expect(same).toMatchObject({
      root: mount.root,
      mountPoint: mount.mountPoint,
      superblock: { major: mount.major, minor: mount.minor },
    });
    expect(
      [same.fsType, same.fsSubtype]
        .filter((each) => each !== undefined && each !== "")
        .join("."),
    ).toBe(mount.fsType);
  }
  expect(byId.size).toBeGreaterThan(3);
});

test("a mount is asked after by an id that no other ever has", (context) => {
  needsListmount(context);
  const fd = openSync("/proc", "r");
  try {
    const id = uniqueMountIdOf(fd) ?? 0n;
    expect(statMount(id)).toMatchObject({
      mountPoint: "/proc",
      fsType: "proc",
      mountIdOld: mountIdOf(fd),
    });
    expect(
      listMounts({ below: id }).every(({ mountPoint }) =>
        mountPoint?.startsWith("/proc/"),
      ),
    ).toBe(true);
  } finally {
    closeSync(fd);
  }
  expect(statMount(0xffffffffffffn)).toBeUndefined();
});

test("a path leads to the mount it is on, and may be its root", () => {
  expect(mountOf("/proc/self/status")?.mountPoint).toBe("/proc");
  expect(
    ["/", "/proc", "/proc/self", "/proc/1/status"].map((path) =>
      isMountPoint(path),
    ),
  ).toEqual([true, true, false, false]);
  expect(() => isMountPoint("/missing")).toThrow("ENOENT");
});
