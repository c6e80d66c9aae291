import { readFileSync } from "node:fs";
import { expect } from "vitest";
import type { CgroupManager } from "../../src/index.ts";
import {
  begin,
  cpuShare,
  eventsUntil,
  pidOf,
  runIn,
  shell,
} from "./machine.ts";

/*
 * What a cgroup does, whatever its version, driver and user: each function takes one that was just made, without
 * limits, and shows one thing on the kernel.
 */

const MiB = 2 ** 20;

/** Twice the memory of the limit in one process, after which the shell reports. */
const ALLOCATE =
  "sh -c 'head -c 128M /dev/zero | tail -c 128M >/dev/null' 2>/dev/null; echo survived";

export async function memoryLimitKills(group: CgroupManager): Promise<void> {
  await group.set({ memory: { limit: 64 * MiB, swap: 64 * MiB } });
  const events = eventsUntil(group, ({ type }) => type === "oom_kill");
  expect(await runIn(group, ALLOCATE)).toBe("survived\n");
  expect((await events).at(-1)).toEqual({ type: "oom_kill", count: 1 });
  const { memory } = group.stats();
  expect(memory).toMatchObject({ limitBytes: 64 * MiB, oomKills: 1 });
  // Linux 6.18 leaves v1's memory.failcnt at 0
  expect(memory?.limitHits).toBeGreaterThan(group.mode === "v2" ? 0 : -1);
}

export async function pidsLimitStopsForks(group: CgroupManager): Promise<void> {
  await group.set({ pids: { limit: 20 } });
  const events = eventsUntil(group, ({ type }) => type === "pids.max");
  const bomb = shell(
    "i=0; while [ $i -lt 200 ]; do sleep 60 & i=$((i+1)); done 2>/dev/null; wait",
  );
  await group.add(pidOf(bomb));
  begin(bomb);
  expect((await events).at(-1)?.type).toBe("pids.max");
  const { pids } = group.stats();
  expect(pids?.limit).toBe(20);
  expect(pids?.current).toBeLessThanOrEqual(20);
  expect(pids?.limitHits).toBeGreaterThan(0);
  await group.kill();
  expect(group.processes()).toEqual([]);
}

export async function quotaHoldsBack(group: CgroupManager): Promise<void> {
  const free = await cpuShare(group, 1000);
  await group.set({ cpu: { quota: 10_000, period: 20_000 } });
  const half = await cpuShare(group, 1000);
  await group.set({ cpu: { quota: 5000, period: 20_000 } });
  const quarter = await cpuShare(group, 1000);
  // on a busy machine it may get less, with a quota and without; more than its quota it may not
  expect(half).toBeLessThan(600_000);
  expect(quarter).toBeLessThan(350_000);
  expect(quarter).toBeGreaterThan(0);
  expect(free).toBeGreaterThan(quarter);
  expect(group.stats().cpu?.throttledPeriods).toBeGreaterThan(0);
}

export async function freezeStopsAndThawGoesOn(
  group: CgroupManager,
): Promise<void> {
  const busy = shell("while :; do :; done");
  await group.add(pidOf(busy));
  begin(busy);
  const used = (): number => group.stats().cpu?.usageUs ?? 0;
  const events = group.events({ signal: AbortSignal.timeout(60_000) });
  await group.freeze();
  expect(group.frozen).toBe(true);
  expect(await events.next()).toMatchObject({
    value: { type: "frozen", frozen: true },
  });
  const before = used();
  await new Promise((resolve) => setTimeout(resolve, 200));
  // what was running is accounted for a moment later
  expect(used() - before).toBeLessThan(50_000);
  await group.thaw();
  expect(group.frozen).toBe(false);
  expect(await events.next()).toMatchObject({
    value: { type: "frozen", frozen: false },
  });
  await expect.poll(used, { timeout: 20_000 }).toBeGreaterThan(before);
  await group.freeze();
  // a frozen cgroup is killed too
  await group.kill();
  expect(group.processes()).toEqual([]);
  expect(group.frozen && group.mode !== "v2").toBe(false);
  await events.return();
}

export async function killLeavesNobody(group: CgroupManager): Promise<void> {
  const forks = shell(
    "for i in 1 2 3 4 5; do (trap '' TERM INT; while :; do sleep 0.01; done) & done; wait",
  );
  await group.add(pidOf(forks));
  begin(forks);
  await expect
    .poll(() => group.processes().length, { timeout: 20_000 })
    .toBeGreaterThan(5);
  const events = eventsUntil(
    group,
    (event) => event.type === "populated" && !event.populated,
  );
  await group.kill();
  expect(group.processes()).toEqual([]);
  expect((await events).at(-1)).toEqual({
    type: "populated",
    populated: false,
  });
  // what is empty is killed again without complaint
  await group.kill();
}

export async function filterDeniesDevices(group: CgroupManager): Promise<void> {
  const reads = async (): Promise<string> =>
    runIn(
      group,
      "for d in null zero full kmsg; do if head -c 1 /dev/$d >/dev/null 2>&1; then echo $d; fi; done",
    );
  // the kernel log can be opened by root, and belongs to nobody else
  const opens = async (): Promise<boolean> =>
    (await runIn(group, "exec 3</dev/kmsg && echo open")) === "open\n";
  expect(await opens()).toBe(true);
  await group.set({ devices: [] });
  expect(await opens()).toBe(false);
  expect(await reads()).toBe("null\nzero\nfull\n");
  await group.set({
    devices: [{ allow: true, type: "c", major: 1, minor: 11, access: "rw" }],
  });
  expect(await opens()).toBe(true);
  await group.set({ devices: [] });
  expect(await opens()).toBe(false);
}

export function pressureIsRead(group: CgroupManager): Promise<void> {
  const { pressure } = group.stats();
  expect(pressure?.cpu?.some.totalUs).toBeGreaterThanOrEqual(0);
  expect(pressure?.memory?.full?.avg10).toBeGreaterThanOrEqual(0);
  expect(pressure?.io?.some.avg300).toBeGreaterThanOrEqual(0);
  return Promise.resolve();
}

/** The cgroup of v2 that a process is in, by its own account. */
export function unifiedPathOf(pid: number): string | undefined {
  return /^0::(.*)$/m.exec(
    readFileSync(`/proc/${String(pid)}/cgroup`, "utf8"),
  )?.[1];
}
