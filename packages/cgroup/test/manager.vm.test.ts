import { existsSync, readFileSync, statSync } from "node:fs";
import { cgroup2, delegatedCgroup, requires, root } from "@ns/testkit";
import { describe, expect, test } from "vitest";
import {
  type CgroupManager,
  findDelegated,
  openCgroup,
  readCgroups,
} from "../src/index.ts";
import {
  filterDeniesDevices,
  freezeStopsAndThawGoesOn,
  killLeavesNobody,
  memoryLimitKills,
  pidsLimitStopsForks,
  pressureIsRead,
  quotaHoldsBack,
  unifiedPathOf,
} from "./internal/behaviour.ts";
import { errorOf } from "./internal/code-of.ts";
import {
  pidOf,
  removed,
  runIn,
  scratchCgroup,
  shell,
  uniqueName,
} from "./internal/machine.ts";

const behaviour = [
  [
    "memory beyond its limit is a process killed, and an event",
    memoryLimitKills,
  ],
  ["forks beyond pids.max fail, with an event", pidsLimitStopsForks],
  [
    "with a half, and then a quarter, of a CPU as quota a busy loop gets no more than that",
    quotaHoldsBack,
  ],
  ["frozen, nothing runs; thawed, it goes on", freezeStopsAndThawGoesOn],
  ["after a kill nobody is left, however much they fork", killLeavesNobody],
  ["pressure is read", pressureIsRead],
] as const;

const file = (group: CgroupManager, name: string): string =>
  readFileSync(`${group.directories[""] ?? ""}/${name}`, "utf8").trim();

async function created(path?: string): Promise<CgroupManager> {
  const group = scratchCgroup(path);
  await group.create();
  return group;
}

describe("as root, a cgroup of v2", () => {
  test.for([
    ...behaviour,
    ["devices that no rule allows cannot be opened", filterDeniesDevices],
  ] as const)("%s", async ([, shows], context) => {
    requires(context, root, cgroup2);
    await expect(shows(await created())).resolves.toBeUndefined();
  });

  test("has its limits in its files, and what an update leaves out stays", async (context) => {
    requires(context, root, cgroup2);
    const group = scratchCgroup();
    const MiB = 2 ** 20;
    await group.create({
      memory: { limit: 64 * MiB, swap: 96 * MiB, reservation: 32 * MiB },
      cpu: {
        shares: 512,
        quota: 20_000,
        period: 50_000,
        burst: 1000,
        cpus: "0",
        mems: "0",
      },
      pids: { limit: 30 },
      hugepageLimits: [{ pageSize: "2MB", limit: 4 * MiB }],
      unified: { "memory.high": "60M", "cgroup.max.depth": "3" },
    });
    expect(file(group, "memory.max")).toBe("67108864");
    expect(file(group, "memory.swap.max")).toBe("33554432");
    expect(file(group, "memory.low")).toBe("33554432");
    expect(file(group, "memory.high")).toBe("62914560");
    expect(file(group, "cpu.weight")).toBe("59");
    expect(file(group, "cpuset.cpus")).toBe("0");
    expect(file(group, "hugetlb.2MB.max")).toBe("4194304");
    expect(file(group, "cgroup.max.depth")).toBe("3");
    for (const factor of [4, 0.5]) {
      const quota = factor * 20_000;
      await group.set({ cpu: { quota, burst: quota } });
      expect(file(group, "cpu.max")).toBe(`${String(quota)} 50000`);
      expect(file(group, "cpu.max.burst")).toBe(String(quota));
    }
    await group.set({ cpu: { period: 100_000 } });
    expect(file(group, "cpu.max")).toBe("10000 100000");
    expect(file(group, "pids.max")).toBe("30");
    await group.set({ cpu: { idle: 1 } });
    expect(file(group, "cpu.idle")).toBe("1");
  });

  test("has one filter at a time, however often it is changed", async (context) => {
    requires(context, root, cgroup2);
    const { BPF_CGROUP_DEVICE, bpfProgQuery, invoke } =
      await import("@ns/syscalls");
    const group = await created();
    using directory = group.open();
    const attached = (): number[] => {
      const ids = new Uint32Array(64);
      invoke(bpfProgQuery(directory.fd, BPF_CGROUP_DEVICE, ids));
      return [...ids].filter((id) => id !== 0);
    };
    const seen = new Set<number>();
    for (let minor = 0; minor < 3; minor++) {
      await group.set({
        devices: [{ allow: true, type: "c", major: 10, minor }],
      });
      expect(attached()).toHaveLength(1);
      seen.add(attached()[0] ?? 0);
    }
    expect(seen.size).toBe(3);
  });

  test("is not left behind when it cannot be made as told", async (context) => {
    requires(context, root, cgroup2);
    const group = scratchCgroup(`/${uniqueName()}/inner`);
    const error = await errorOf(group.create({ cpu: { cpus: "9999" } }));
    expect(error).toMatchObject({ resource: "cpu.cpus", controller: "cpuset" });
    expect(existsSync(group.directories[""] ?? "")).toBe(false);
    expect(existsSync(`${group.directories[""] ?? ""}/..`)).toBe(false);
  });

  test("with processes hands on no controllers, until it is vacated", async (context) => {
    requires(context, root, cgroup2);
    const group = await created();
    const child = shell("sleep 60");
    await group.add(pidOf(child));
    const inner = group.child("inner");
    expect(
      await errorOf(inner.create({ memory: { limit: 2 ** 30 } })),
    ).toMatchObject({
      code: "ERR_CGROUP_HAS_PROCESSES",
      controller: "memory",
      hint: expect.stringContaining("vacate") as string,
    });
    expect(await group.vacate("leaf")).toBe(1);
    expect(unifiedPathOf(pidOf(child))).toBe(`${group.path}/leaf`);
    expect([group.type(), inner.exists()]).toEqual(["domain", false]);
    await inner.create({ memory: { limit: 2 ** 30 } });
    expect(await errorOf(group.add(pidOf(child)))).toMatchObject({
      code: "ERR_CGROUP_HAS_PROCESSES",
    });
  });

  test("takes threads, and then no memory limit below it", async (context) => {
    requires(context, root, cgroup2);
    const group = await created();
    const child = shell("sleep 60");
    await group.add(pidOf(child));
    expect(group.type()).toBe("domain");
    const threads = group.child("threads");
    await threads.create();
    threads.makeThreaded();
    expect(threads.type()).toBe("threaded");
    expect(group.type()).toBe("domain threaded");
    await threads.addThread(pidOf(child));
    expect(unifiedPathOf(pidOf(child))).toBe(`${group.path}/threads`);
    expect(group.processes()).toEqual([pidOf(child)]);
    const deeper = threads.child("deeper").create({ memory: { limit: 1 } });
    expect(["ERR_CGROUP_NO_CONTROLLER", "ERR_CGROUP_THREADED"]).toContain(
      (await errorOf(deeper)).code,
    );
  });

  test("is given to a user", async (context) => {
    requires(context, root, cgroup2);
    const group = await created();
    group.delegate({ uid: 1000, gid: 1000 });
    const at = group.directories[""] ?? "";
    expect(
      await runIn(
        group,
        `stat -c %u ${at} ${at}/cgroup.procs ${at}/cgroup.subtree_control ${at}/memory.max`,
      ),
    ).toBe("1000\n1000\n1000\n0\n");
  });

  test("is opened by a descriptor of its directory", async (context) => {
    requires(context, root, cgroup2);
    const group = await created();
    using directory = group.open();
    const { ino } = statSync(`/proc/self/fd/${String(directory.fd)}/.`);
    expect(ino).toBe(statSync(group.directories[""] ?? "").ino);
  });
});

describe("as an ordinary user, to whom a cgroup is delegated, a cgroup of v2", () => {
  test.for(behaviour)("%s", async ([, shows], context) => {
    requires(context, delegatedCgroup);
    await expect(shows(await created(uniqueName()))).resolves.toBeUndefined();
  });

  test("is made beside that of its maker", async (context) => {
    requires(context, delegatedCgroup);
    const system = readCgroups();
    const { path, hasProcesses } = findDelegated(system);
    expect(hasProcesses).toBe(false);
    expect(system.v2?.own?.startsWith(`${path}/`)).toBe(true);
    const group = scratchCgroup(uniqueName());
    expect(group.path.startsWith(`${path}/`)).toBe(true);
    await group.create({ pids: { limit: 10 } });
    expect(file(group, "pids.max")).toBe("10");
  });

  test("has no device filter, and nothing is left of the attempt", async (context) => {
    requires(context, delegatedCgroup);
    const group = scratchCgroup(uniqueName());
    expect(await errorOf(group.create({ devices: [] }))).toMatchObject({
      code: "ERR_CGROUP_NOT_PERMITTED",
      errno: "EPERM",
      resource: "devices",
    });
    expect(group.exists()).toBe(false);
  });

  test("is not made where it is not allowed to", async (context) => {
    requires(context, delegatedCgroup);
    const group = openCgroup(`/${uniqueName()}`);
    expect(await errorOf(group.create())).toMatchObject({
      code: "ERR_CGROUP_NOT_DELEGATED",
      errno: "EACCES",
      hint: expect.stringContaining("Delegate=yes") as string,
    });
    await removed(group);
  });
});
