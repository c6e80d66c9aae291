import { readFileSync } from "node:fs";
import { requires, root, run, systemd, userBus } from "@ns/testkit";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  type CgroupManager,
  openSystemdCgroup,
  type Resources,
} from "../src/index.ts";
import { memoryLimitKills, unifiedPathOf } from "./internal/behaviour.ts";
import { errorOf } from "./internal/code-of.ts";
import { pidOf, removed, shell, uniqueName } from "./internal/machine.ts";

const MiB = 2 ** 20;

const limits: Resources = {
  memory: { limit: 64 * MiB, swap: 64 * MiB },
  cpu: { quota: 33_333, period: 100_000, shares: 512 },
  pids: { limit: 20 },
};

const asWritten = {
  MemoryMax: "67108864",
  MemorySwapMax: "0",
  CPUQuotaPerSecUSec: "340ms",
  CPUWeight: "59",
  TasksMax: "20",
  Delegate: "yes",
  ActiveState: "active",
};

/** A scope that is gone with all that is in it when the test has ended. */
async function scope(): Promise<{ group: CgroupManager; unit: string }> {
  const name = uniqueName();
  const group = await openSystemdCgroup(`:ns:${name}`);
  onTestFinished(() => removed(group));
  return { group, unit: `ns-${name}.scope` };
}

/** What systemd itself knows of a unit. */
async function shown(
  unit: string,
  user: boolean,
): Promise<Record<string, string>> {
  const { stdout } = await run("systemctl", [
    ...(user ? ["--user"] : []),
    "show",
    unit,
  ]);
  const properties: Record<string, string> = {};
  for (const line of stdout.split("\n")) {
    const at = line.indexOf("=");
    const [name, value] = [line.slice(0, at), line.slice(at + 1)];
    // a list has a line for each of its parts
    const before = properties[name];
    properties[name] = before === undefined ? value : `${before}\n${value}`;
  }
  return properties;
}

async function lifeOfAScope(user: boolean): Promise<void> {
  const { group, unit } = await scope();
  expect(group.driver).toBe("systemd");
  expect(group.exists()).toBe(false);
  const [first, second] = [shell("sleep 60"), shell("sleep 60")];
  await group.create(limits, { pid: pidOf(first) });
  expect(await shown(unit, user)).toMatchObject({
    ...asWritten,
    ControlGroup: group.path,
  });
  expect(unifiedPathOf(pidOf(first))).toBe(group.path);
  // finer than systemd keeps it
  const quota = readFileSync(`${group.directories[""] ?? ""}/cpu.max`, "utf8");
  expect(quota).toBe("33333 100000\n");

  await group.set({ pids: { limit: 30 } });
  expect(await shown(unit, user)).toMatchObject({
    ...asWritten,
    TasksMax: "30",
  });
  await group.add(pidOf(second));
  expect(unifiedPathOf(pidOf(second))).toBe(group.path);
  expect(await errorOf(group.delete())).toMatchObject({
    code: "ERR_CGROUP_NOT_EMPTY",
  });

  await group.kill();
  await group.delete();
  expect(group.exists()).toBe(false);
  expect(await shown(unit, user)).toMatchObject({ LoadState: "not-found" });
  await group.delete();
}

async function undone(): Promise<void> {
  const { group, unit } = await scope();
  const child = shell("sleep 60");
  const before = unifiedPathOf(pidOf(child));
  const unified = { "memory.high": "nonsense" };
  const error = await errorOf(group.create({ unified }, { pid: pidOf(child) }));
  expect(error).toMatchObject({
    code: "ERR_CGROUP_WRITE",
    errno: "EINVAL",
    value: "nonsense",
    // nothing that could not be taken back
    cause: expect.not.objectContaining({
      errors: expect.anything() as object,
    }) as Error,
  });
  expect(group.exists()).toBe(false);
  expect((await shown(unit, process.getuid?.() !== 0))["LoadState"]).toBe(
    "not-found",
  );
  expect(unifiedPathOf(pidOf(child))).toBe(before);
}

describe("on the system bus, as root", () => {
  test("a scope is begun, changed, joined and ended", async (context) => {
    requires(context, root, systemd);
    await expect(lifeOfAScope(false)).resolves.toBeUndefined();
  });

  test("of a scope that cannot be as told nothing is left, and its process is where it was", async (context) => {
    requires(context, root, systemd);
    await expect(undone()).resolves.toBeUndefined();
  });

  test("devices are systemd's as well as the kernel's business", async (context) => {
    requires(context, root, systemd);
    const { group, unit } = await scope();
    const child = shell("sleep 60");
    await group.create({ devices: [] }, { pid: pidOf(child) });
    expect(await shown(unit, false)).toMatchObject({
      DevicePolicy: "strict",
      DeviceAllow: expect.stringContaining("/dev/char/") as string,
    });
  });

  test("memory beyond its limit is a process killed, and an event", async (context) => {
    requires(context, root, systemd);
    const { group } = await scope();
    await group.create({}, { pid: pidOf(shell("sleep 60")) });
    await expect(memoryLimitKills(group)).resolves.toBeUndefined();
  });

  test("a name that is taken, and a scope without a process, are refused", async (context) => {
    requires(context, root, systemd);
    const { group } = await scope();
    await expect(group.create()).rejects.toThrow(TypeError);
    const child = shell("sleep 60");
    await group.create({}, { pid: pidOf(child) });
    expect(
      await errorOf(group.create({}, { pid: pidOf(child) })),
    ).toMatchObject({ code: "ERR_CGROUP_EXISTS" });
  });
});

describe("on the user's bus, as uid 1000", () => {
  test("a scope is begun, changed, joined and ended", async (context) => {
    requires(context, userBus);
    await expect(lifeOfAScope(true)).resolves.toBeUndefined();
  });

  test("of a scope that cannot be as told nothing is left, and its process is where it was", async (context) => {
    requires(context, userBus);
    await expect(undone()).resolves.toBeUndefined();
  });
});
