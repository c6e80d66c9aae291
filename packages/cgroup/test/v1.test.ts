import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { requires } from "@ns/testkit";
import { beforeEach, describe, expect, test } from "vitest";
import { type CgroupManager, openCgroup } from "../src/index.ts";
import {
  filterDeniesDevices,
  freezeStopsAndThawGoesOn,
  killLeavesNobody,
  memoryLimitKills,
  pidsLimitStopsForks,
  pressureIsRead,
  quotaHoldsBack,
} from "./internal/behaviour.ts";
import { errorOf } from "./internal/code-of.ts";
import {
  begin,
  cgroup1,
  pidOf,
  runIn,
  scratchCgroup,
  shell,
} from "./internal/machine.ts";

beforeEach((context) => {
  requires(context, cgroup1);
});

const file = (group: CgroupManager, controller: string, name: string): string =>
  readFileSync(`${group.directories[controller] ?? ""}/${name}`, "utf8").trim();

async function created(): Promise<CgroupManager> {
  const group = scratchCgroup();
  await group.create();
  return group;
}

describe("what a cgroup of v1 does", () => {
  test.each([
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
    ["devices that no rule allows cannot be opened", filterDeniesDevices],
  ])("%s", async (_, shows) => {
    await expect(shows(await created())).resolves.toBeUndefined();
  });

  test("pressure is read from the v2 tree beside it", async (context) => {
    const group = await created();
    requires(context, {
      met: () => existsSync(`${group.directories[""] ?? "."}/cpu.pressure`),
      reason: "needs a v2 tree beside v1, with pressure stall information",
    });
    await expect(pressureIsRead(group)).resolves.toBeUndefined();
  });
});

test("limits are in the files of every hierarchy, and what an update leaves out stays", async () => {
  const group = scratchCgroup();
  const MiB = 2 ** 20;
  await group.create({
    memory: {
      limit: 64 * MiB,
      swap: 96 * MiB,
      reservation: 32 * MiB,
      swappiness: 10,
      disableOOMKiller: true,
    },
    cpu: { shares: 512, quota: 20_000, period: 50_000, burst: 1000, cpus: "0" },
    pids: { limit: 30 },
  });
  expect(file(group, "memory", "memory.limit_in_bytes")).toBe("67108864");
  expect(file(group, "memory", "memory.memsw.limit_in_bytes")).toBe(
    "100663296",
  );
  expect(file(group, "memory", "memory.swappiness")).toBe("10");
  expect(file(group, "memory", "memory.oom_control")).toContain(
    "oom_kill_disable 1",
  );
  expect(file(group, "cpu", "cpu.shares")).toBe("512");
  expect(file(group, "cpu", "cpu.cfs_burst_us")).toBe("1000");
  expect(file(group, "cpuset", "cpuset.cpus")).toBe("0");
  expect(file(group, "cpuset", "cpuset.mems")).not.toBe("");
  expect(group.stats().memory).toMatchObject({ swapLimitBytes: 32 * MiB });

  // in either direction: the kernel wants the two limits, and the three times, in opposite orders
  for (const factor of [4, 0.5, 1]) {
    await group.set({
      memory: { limit: factor * 64 * MiB, swap: factor * 64 * MiB },
      cpu: { quota: factor * 20_000, burst: factor * 20_000 },
    });
    expect(file(group, "memory", "memory.memsw.limit_in_bytes")).toBe(
      String(factor * 64 * MiB),
    );
    expect(file(group, "cpu", "cpu.cfs_burst_us")).toBe(
      String(factor * 20_000),
    );
  }
  expect(file(group, "cpu", "cpu.cfs_period_us")).toBe("50000");
  expect(file(group, "pids", "pids.max")).toBe("30");
  await group.set({ memory: { limit: -1 }, pids: { limit: -1 } });
  expect(group.stats().memory?.limitBytes).toBeUndefined();
  expect(group.stats().memory?.swapLimitBytes).toBeUndefined();
  expect(group.stats().pids?.limit).toBeUndefined();
});

describe("if a cgroup cannot be made as told, nothing is left", () => {
  test.each([
    // more than the CPUs there are: refused by the kernel, when most is done
    [
      "a value that the kernel refuses",
      { cpu: { cpus: "9999" } },
      "ERR_CGROUP_WRITE",
      "cpu.cpus",
    ],
    [
      "a controller that is not there",
      { network: { classID: 1 } },
      "ERR_CGROUP_NO_CONTROLLER",
      "network.classID",
    ],
    [
      "a file that is not there",
      { blockIO: { leafWeight: 10 } },
      "ERR_CGROUP_NO_FILE",
      "blockIO.leafWeight",
    ],
  ])("%s", async (_, resources, code, resource) => {
    const group = scratchCgroup();
    const error = await errorOf(group.create(resources));
    expect(error).toMatchObject({
      code,
      resource,
      hint: expect.any(String) as string,
    });
    expect(error.message).toContain(resource);
    expect(group.exists()).toBe(false);
    for (const directory of Object.values(group.directories))
      expect(existsSync(directory)).toBe(false);
  });

  test("a process that is not there", async () => {
    const group = scratchCgroup();
    const error = await errorOf(group.create({}, { pid: 0x7ffffffe }));
    expect(error).toMatchObject({ code: "ERR_CGROUP_WRITE", errno: "ESRCH" });
    expect(group.exists()).toBe(false);
  });
});

test("a process that one hierarchy refuses is where it was in all", async () => {
  const group = await created();
  const child = shell("sleep 60");
  const places = (): string =>
    readFileSync(`/proc/${String(pidOf(child))}/cgroup`, "utf8");
  const before = places();
  // a cpuset without CPUs takes nobody, and comes after others
  const cpuset = group.directories["cpuset"] ?? "";
  writeFileSync(`${cpuset}/cpuset.cpus`, "\n");
  expect(await errorOf(group.add(pidOf(child)))).toMatchObject({
    errno: "ENOSPC",
    path: `${cpuset}/cgroup.procs`,
  });
  expect(places()).toBe(before);
  expect(group.processes()).toEqual([]);
});

test("a write that is refused tells file, value, errno and a hint", async () => {
  const group = await created();
  const path = `${group.directories["cpuset"] ?? ""}/cpuset.cpus`;
  expect(await errorOf(group.set({ cpu: { cpus: "9999" } }))).toMatchObject({
    code: "ERR_CGROUP_WRITE",
    path,
    value: "9999",
    errno: expect.stringMatching(/^E(INVAL|RANGE|ACCES)$/) as string,
    controller: "cpuset",
    hint: expect.any(String) as string,
    message: expect.stringContaining(
      `cannot set cpu.cpus of controller cpuset: cannot write "9999" to '${path}': E`,
    ) as string,
  });
});

test("a limit below what is used is refused, if that is asked for", async () => {
  const group = await created();
  const holder = shell("x=$(head -c 8M /dev/zero | tr '\\0' x); sleep 60");
  await group.add(pidOf(holder));
  begin(holder);
  const used = (): number => group.stats().memory?.usageBytes ?? 0;
  await expect.poll(used, { timeout: 20_000 }).toBeGreaterThan(4 * 2 ** 20);
  const memory = { limit: 2 ** 20, checkBeforeUpdate: true };
  expect(await errorOf(group.set({ memory }))).toMatchObject({
    code: "ERR_CGROUP_BELOW_USAGE",
  });
  expect(group.stats().memory?.limitBytes).toBeUndefined();
});

test("what is occupied is not taken for new, nor removed; children are", async () => {
  const group = await created();
  const inner = group.child("inner").child("most");
  await inner.create();
  expect(group.children()).toEqual(["inner"]);
  const child = shell("sleep 60");
  await inner.add(pidOf(child));
  expect(group.processes()).toEqual([pidOf(child)]);
  expect(await errorOf(group.create())).toMatchObject({
    code: "ERR_CGROUP_EXISTS",
  });
  expect(await errorOf(group.delete())).toMatchObject({
    code: "ERR_CGROUP_NOT_EMPTY",
    message: expect.stringContaining("1 processes") as string,
  });
  await group.kill();
  await group.delete();
  expect(group.exists()).toBe(false);
  await group.delete();
});

test("a cgroup is given to a user, who makes others in it", async () => {
  const group = await created();
  group.delegate({ uid: 1000, gid: 1000 });
  const { directories } = group;
  const directory = directories["pids"] ?? "";
  expect(
    await runIn(
      group,
      `stat -c %u ${directory} ${directory}/cgroup.procs ${directory}/pids.max`,
    ),
  ).toBe("1000\n1000\n0\n");
});

test("events end with the cgroup, with a signal, and when nobody listens any more", async () => {
  const group = await created();
  const all = async (signal?: AbortSignal): Promise<number> => {
    const seen: string[] = [];
    for await (const { type } of group.events({ signal })) seen.push(type);
    return seen.length;
  };
  expect(await all(AbortSignal.abort())).toBe(0);
  const controller = new AbortController();
  const aborted = all(controller.signal);
  controller.abort();
  expect(await aborted).toBe(0);
  const removed = all();
  await group.delete();
  expect(await removed).toBe(0);
  expect(await all()).toBe(0);
});

test("the root cgroup is neither made, killed nor removed", async () => {
  const group = openCgroup("/");
  for (const act of [
    () => group.create(),
    () => group.kill(),
    () => group.delete(),
  ])
    await expect(act()).rejects.toThrow(RangeError);
  await expect(group.add(0)).rejects.toThrow("invalid pid '0'");
});
