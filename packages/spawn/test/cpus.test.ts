import { formatSyscall } from "@ns/syscalls";
import { expect, test } from "vitest";
import { planSpawn, spawn } from "../src/index.ts";

test("a command starts on the CPUs that it is given", async () => {
  const child = spawn("grep", ["Cpus_allowed_list", "/proc/self/status"], {
    cpus: [0],
  });
  let text = "";
  child.stdout?.on("data", (chunk: Buffer) => (text += chunk.toString()));
  await new Promise((resolve) => child.once("close", resolve));
  expect(text).toBe("Cpus_allowed_list:\t0\n");
});

test("they are set before a cgroup is entered", () => {
  const lines = planSpawn("true", [], {
    ...{ cpus: [1], cgroup: "/sys/fs/cgroup/box", cloneflags: 0x04000000 },
  }).map(formatSyscall);
  const affinity = lines.findIndex((line) => line.includes("setaffinity"));
  const cgroup = lines.findIndex((line) => line.includes("/sys/fs/cgroup/box"));
  expect(affinity).toBeGreaterThanOrEqual(0);
  expect(cgroup).toBeGreaterThan(affinity);
});
