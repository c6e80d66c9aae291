import {
  cgroup2,
  delegatedCgroup,
  requires,
  userBus,
  type Requirement,
} from "@ns/testkit";
import { describe, expect, test, type TestContext } from "vitest";
import { Bundle, type Draft, uniqueId } from "../internal/bundle.ts";
import { specExample } from "@ns/oci";

const WAITING = "while :; do sleep 0.1; done";

const user: Requirement = {
  met: () => process.geteuid?.() !== 0,
  reason: "needs an ordinary user",
};

/** How the cgroup is made, and what that needs. */
const drivers = [
  { driver: "cgroupfs", words: [], needs: delegatedCgroup },
  { driver: "systemd", words: ["--systemd-cgroup"], needs: userBus },
] as const;

function rootlessBundle(context: TestContext, needs: Requirement): Bundle {
  requires(context, cgroup2, user, needs);
  const example = structuredClone(specExample({ rootless: true })) as Draft;
  return new Bundle().configure(WAITING, (config) => {
    config.mounts = example.mounts ?? [];
    config.linux = {
      ...example.linux,
      resources: { memory: { limit: 2 ** 26 }, pids: { limit: 50 } },
    };
  });
}

describe.each(drivers)(
  "an ordinary user with a delegated cgroup, by $driver",
  ({ words, needs }) => {
    test("has the whole lifecycle, limits and statistics", async (context) => {
      const bundle = rootlessBundle(context, needs);
      const id = uniqueId();
      const minibox = (...args: string[]) => bundle.minibox(...words, ...args);
      const succeed = async (...args: string[]): Promise<string> => {
        const { code, stdout, stderr } = await minibox(...args);
        expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: "" });
        return stdout;
      };
      await succeed("create", id);
      expect(await succeed("state", id)).toContain('"created"');
      await succeed("start", id);
      expect(await succeed("exec", id, "id", "-u")).toBe("0\n");
      expect(JSON.parse(await succeed("ps", "-f", "json", id))).toHaveLength(2);
      await succeed("pause", id);
      expect(await succeed("state", id)).toContain('"paused"');
      await succeed("resume", id);
      await succeed("update", "--memory", "32m", id);
      const { data } = JSON.parse(await succeed("events", "--stats", id)) as {
        data: { memory: { usage: { limit: number } } };
      };
      expect(data.memory.usage.limit).toBe(2 ** 25);
      await succeed("kill", id, "KILL");
      await expect
        .poll(() => succeed("state", id), { timeout: 20_000 })
        .toContain('"stopped"');
      await succeed("delete", id);
      expect(await succeed("list", "-q")).toBe("");
    }, 120_000);
  },
);
