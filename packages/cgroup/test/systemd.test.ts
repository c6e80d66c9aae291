import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  openSystemdCgroup,
  parseUnitPlace,
  type Resources,
  sliceCgroup,
  unitProperties,
} from "../src/index.ts";
import {
  busAddresses,
  parseSystemdVersion,
  SystemdBus,
} from "../src/systemd/bus.ts";
import {
  deviceProperties,
  parseDeviceGroups,
} from "../src/systemd/device-properties.ts";
import { cpuBits } from "../src/systemd/unit-properties.ts";
import { codeOf, errorOf } from "./internal/code-of.ts";

describe("where a unit is", () => {
  test.each([
    ["machine.slice:libpod:1f", "machine.slice", "libpod-1f.scope"],
    [":runc:box", "system.slice", "runc-box.scope"],
    ["::box", "system.slice", "box.scope"],
    ["-:ns:box", "-.slice", "ns-box.scope"],
    ["user-1000.slice:a-b:c@d", "user-1000.slice", "a-b-c@d.scope"],
  ])("%j is in %j as %j", (path, slice, unit) => {
    expect(parseUnitPlace(path)).toEqual({ slice, unit });
  });

  test("a user's manager has its own slice for them", () => {
    expect(parseUnitPlace(":ns:box", { user: true }).slice).toBe("user.slice");
  });

  test.each([
    "/minibox/box",
    "a:b",
    "a.slice:b:",
    "a.slice:b:c:d",
    "a:b:c",
    "a--b.slice:b:c",
    "a.slice/b.slice:b:c",
    "..slice:b:c",
    ":b:c/d",
    ":b:..\n",
    ":b:c.slice",
    `:b:${"c".repeat(300)}`,
  ])("%j is refused", (path) => {
    expect(codeOf(() => parseUnitPlace(path))).toBe("ERR_CGROUP_INVALID");
  });

  test("dashes of a slice are levels", () => {
    expect(sliceCgroup("-.slice")).toBe("/");
    expect(sliceCgroup("user.slice")).toBe("/user.slice");
    expect(sliceCgroup("a-b-c.slice")).toBe("/a.slice/a-b.slice/a-b-c.slice");
  });

  test("whatever is taken leads nowhere else", () => {
    const part = fc.constantFrom(":", "-", ".", "..", "/", "a", ".slice", "\n");
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const text = parts.join("");
        const code = codeOf(() => parseUnitPlace(text));
        expect([undefined, "ERR_CGROUP_INVALID"]).toContain(code);
        if (code !== undefined) return;
        const { slice, unit } = parseUnitPlace(text);
        for (const name of [...sliceCgroup(slice).split("/"), unit])
          expect(["..", "."]).not.toContain(name);
        expect(unit).not.toMatch(/[/\n]/);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("limits as properties", () => {
  const properties = (
    resources: Resources,
    version = 252,
  ): Record<string, unknown> =>
    Object.fromEntries(
      unitProperties(resources, version).map(({ name, signature, value }) => [
        `${name} ${signature}`,
        value,
      ]),
    );

  test("are what systemd calls them", () => {
    expect(
      properties({
        memory: { limit: 100, swap: 150, reservation: 50 },
        cpu: { shares: 1024, quota: 33_333, period: 100_000, cpus: "0,9" },
        pids: { limit: -1 },
        unified: { "memory.high": "70", "cpu.weight": "7", "io.weight": "5" },
      }),
    ).toEqual({
      "MemoryMax t": 100n,
      "MemorySwapMax t": 50n,
      "MemoryLow t": 50n,
      "MemoryHigh t": 70n,
      "CPUWeight t": 7n,
      "CPUQuotaPeriodUSec t": 100_000n,
      "CPUQuotaPerSecUSec t": 340_000n,
      "AllowedCPUs ay": Buffer.from([1, 2]),
      "TasksMax t": 2n ** 64n - 1n,
    });
  });

  test("are left to the files where systemd is too old for them", () => {
    const resources = {
      cpu: { quota: 1000, period: 5000, cpus: "0", idle: 1 },
    };
    expect(Object.keys(properties(resources, 240))).toEqual([
      "CPUQuotaPerSecUSec t",
    ]);
    expect(properties(resources)["CPUWeight t"]).toBe(0n);
  });

  test("never give less of a CPU than the file will", () => {
    const us = fc.integer({ min: 1000, max: 1_000_000 });
    fc.assert(
      fc.property(us, us, (quota, period) => {
        const given = properties({ cpu: { quota, period } });
        const perSecond = Number(given["CPUQuotaPerSecUSec t"]);
        expect(perSecond * period).toBeGreaterThanOrEqual(
          (quota - 1) * 1_000_000 - period,
        );
        expect(perSecond % 10_000).toBe(0);
      }),
    );
  });

  test("CPUs are bits, the first the least", () => {
    expect([...cpuBits("0-3,8,15")]).toEqual([15, 129]);
    expect([...cpuBits("0")]).toEqual([1]);
  });
});

describe("devices as properties", () => {
  const groups = parseDeviceGroups(
    "Character devices:\n  1 mem\n136 pts\n\nBlock devices:\n  8 sd\n259 blkext\n",
  );

  test("are named by path or driver", () => {
    expect(groups.get("b 8")).toBe("sd");
    const [policy, reset, allow] = deviceProperties(
      [{ allow: true, type: "b", major: 8, access: "r" }],
      groups,
    );
    expect([policy?.value, reset?.value]).toEqual(["strict", []]);
    expect(allow?.value).toEqual(
      expect.arrayContaining([
        ["/dev/char/1:3", "rwm"],
        ["char-pts", "rwm"],
        ["char-*", "m"],
        ["block-sd", "r"],
      ]),
    );
  });

  test.each<[string, Resources["devices"]]>([
    ["everything", [{ allow: true }]],
    ["a driver that there is not", [{ allow: true, type: "c", major: 99 }]],
    ["a minor number alone", [{ allow: true, type: "c", minor: 9 }]],
    [
      "a hole",
      [
        { allow: true, type: "c", major: 1 },
        { allow: false, type: "c", major: 1, minor: 1 },
      ],
    ],
  ])("%s is left to the filter", (_, rules = []) => {
    expect(deviceProperties(rules, groups).map(({ value }) => value)).toEqual([
      "auto",
      [],
    ]);
  });
});

describe("reaching systemd", () => {
  test("the bus comes first, a manager's own socket after it", () => {
    expect(busAddresses(false, {})).toEqual([
      { busAddress: "unix:path=/run/dbus/system_bus_socket", direct: false },
      { busAddress: "unix:path=/run/systemd/private", direct: true },
    ]);
    const env = {
      DBUS_SESSION_BUS_ADDRESS: "unix:abstract=x",
      XDG_RUNTIME_DIR: "/run/user/7",
    };
    expect(busAddresses(true, env)).toEqual([
      { busAddress: "unix:abstract=x", direct: false },
      { busAddress: "unix:path=/run/user/7/bus", direct: false },
      { busAddress: "unix:path=/run/user/7/systemd/private", direct: true },
    ]);
    expect(busAddresses(true, {})).toEqual([]);
  });

  test("where there is none, that is said with what was tried", async () => {
    const env = { XDG_RUNTIME_DIR: "/nowhere" };
    expect(await errorOf(SystemdBus.connect(true, env))).toMatchObject({
      code: "ERR_CGROUP_SYSTEMD",
      message:
        "cannot reach this user's systemd: there is no socket '/nowhere/bus'; there is no socket '/nowhere/systemd/private'",
      hint: expect.stringContaining("XDG_RUNTIME_DIR") as string,
    });
    expect(await errorOf(SystemdBus.connect(true, {}))).toMatchObject({
      message: "cannot reach this user's systemd: no address is known",
    });
  });

  test("on v1 the other driver is named", async () => {
    const system = { mode: "hybrid", v1: [] } as const;
    expect(
      await errorOf(openSystemdCgroup(":ns:box", { system })),
    ).toMatchObject({
      code: "ERR_CGROUP_UNSUPPORTED",
      hint: expect.stringContaining("cgroupfs") as string,
    });
  });

  test.each([
    ["252.38-1~deb12u1", 252],
    ["v245.4-1.fc32", 245],
    ['"v254"', 254],
  ])("version %s is %i", (text, version) => {
    expect(parseSystemdVersion(text)).toBe(version);
  });
});
