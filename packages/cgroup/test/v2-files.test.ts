import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { runDirectory } from "@ns/testkit";
import { expect, onTestFinished, test } from "vitest";
import { CgroupfsManager } from "../src/cgroupfs-manager.ts";
import { errorOf } from "./internal/code-of.ts";

/** A directory that stands in for a cgroup of v2, with these files, and one above it. */
function standIn(files: Readonly<Record<string, string>>): {
  readonly group: CgroupfsManager;
  readonly directory: string;
  readonly read: (file: string) => string;
} {
  const mountpoint = mkdtempSync(join(runDirectory(), "cgroup-"));
  onTestFinished(() => {
    rmSync(mountpoint, { recursive: true });
  });
  writeFileSync(
    join(mountpoint, "cgroup.controllers"),
    "cpu io memory pids cpuset\n",
  );
  const directory = join(mountpoint, "box");
  mkdirSync(directory);
  for (const [name, text] of Object.entries(files))
    writeFileSync(join(directory, name), text);
  const fileSystemType = statfsSync(mountpoint).type;
  const tree = { version: 2, mountpoint, fileSystemType } as const;
  return {
    group: new CgroupfsManager("v2", [{ tree, path: "/box", controllers: [] }]),
    directory,
    read: (file) => readFileSync(join(directory, file), "utf8"),
  };
}

test("limits go to the first file that this kernel has for them", async () => {
  const files = { "io.weight": "", "hugetlb.2MB.max": "", "memory.max": "" };
  const { group, read } = standIn(files);
  await group.set({
    blockIO: { weight: 500 },
    hugepageLimits: [{ pageSize: "2MB", limit: 0 }],
    unified: { "memory.max": "" },
  });
  expect(read("io.weight")).toBe("default 4950");
  expect(read("hugetlb.2MB.max")).toBe("0");
  // an empty value is a line break: nothing at all would not be written
  expect(read("memory.max")).toBe("\n");
});

test("a new period keeps the quota there is", async () => {
  const { group, read } = standIn({ "cpu.max": "20000 100000\n" });
  await group.set({ cpu: { period: 50_000 } });
  expect(read("cpu.max").slice(0, 11)).toBe("20000 50000");
});

test("a file that this kernel has not is an error that names all there is to know", async () => {
  const { group, directory } = standIn({});
  expect(
    await errorOf(group.set({ memory: { limit: 1, swap: 1 } })),
  ).toMatchObject({
    code: "ERR_CGROUP_NO_FILE",
    resource: "memory.swap",
    controller: "memory",
    path: `${directory}/memory.swap.max`,
    message: `cannot set memory.swap: controller 'memory' of this kernel has no 'memory.swap.max' in '${directory}'`,
  });
});

test("a controller that is not offered is an error before anything is done", async () => {
  const { group, directory } = standIn({});
  const limits = { rdma: { mlx5_0: { hcaHandles: 1 } } };
  expect(await errorOf(group.child("new").create(limits))).toMatchObject({
    code: "ERR_CGROUP_NO_CONTROLLER",
    controller: "rdma",
    resource: "rdma mlx5_0",
  });
  expect(readdirSync(directory)).toEqual([]);
});

test("a link is not followed, neither for a file nor for a cgroup", async () => {
  const { group, directory } = standIn({ "pids.max": "untouched" });
  symlinkSync("pids.max", join(directory, "memory.max"));
  expect(await errorOf(group.set({ memory: { limit: 5 } }))).toMatchObject({
    code: "ERR_CGROUP_WRITE",
    errno: "ELOOP",
  });
  expect(readFileSync(join(directory, "pids.max"), "utf8")).toBe("untouched");
  symlinkSync(".", join(directory, "loop"));
  expect(() => group.child("loop").processes()).toThrow(
    expect.objectContaining({ errno: "ENOTDIR" }),
  );
});

test("a directory that is no cgroup is refused", async () => {
  const { directory } = standIn({});
  const tree = { version: 2, mountpoint: directory } as const;
  const group = new CgroupfsManager("v2", [
    { tree, path: "/x", controllers: [] },
  ]);
  expect(await errorOf(group.create())).toMatchObject({
    code: "ERR_CGROUP_WRONG_FILE_SYSTEM",
    hint: expect.stringContaining("findmnt") as string,
  });
});

test("all of a cgroup's statistics are read", () => {
  const { group } = standIn({
    "cpu.stat": "usage_usec 9\nuser_usec 5\nsystem_usec 4\n",
    "memory.current": "4096\n",
    "memory.peak": "8192\n",
    "memory.max": "max\n",
    "memory.swap.max": "0\n",
    "memory.events": "low 0\nhigh 0\nmax 3\noom 2\noom_kill 1\n",
    "memory.stat": "anon 1\n",
    "pids.current": "2\n",
    "pids.max": "7\n",
    "pids.events": "max 5\n",
    "hugetlb.2MB.current": "0\n",
    "hugetlb.2MB.events": "max 6\n",
    "rdma.current": "mlx5_0 hca_handle=1 hca_object=2\n",
    "io.pressure": "",
  });
  expect(group.stats()).toEqual({
    cpu: { usageUs: 9, userUs: 5, systemUs: 4 },
    memory: {
      usageBytes: 4096,
      maxUsageBytes: 8192,
      swapLimitBytes: 0,
      limitHits: 3,
      oomKills: 1,
      stat: expect.objectContaining({ anon: 1 }) as object,
    },
    pids: { current: 2, limit: 7, limitHits: 5 },
    hugetlb: { "2MB": { usageBytes: 0, limitHits: 6 } },
    rdma: { mlx5_0: expect.objectContaining({ hca_object: 2 }) as object },
  });
});
