import { join } from "node:path";
import { expect, test } from "vitest";
import { cgroup2, checkout, requires, run } from "@ns/testkit";

const minibox = join(checkout, "apps/minibox/bin/minibox");

test("a command runs in a container, as whoever calls, on a kernel of years ago and with cgroup version 2", async (context) => {
  requires(context, cgroup2);
  const { code, stdout, stderr } = await run(minibox, [
    "run",
    "--",
    "sh",
    "-c",
    "echo $$; id -u; cat /proc/self/cgroup; touch /usr/here && ls /usr/here",
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  // its cgroup namespace has its own cgroup for a root
  expect(stdout).toBe("1\n0\n0::/\n/usr/here\n");
});

test("the exit status of the command comes back", async (context) => {
  requires(context, cgroup2);
  const { code } = await run(minibox, ["run", "--", "sh", "-c", "exit 7"]);
  expect(code).toBe(7);
});

test("what is masked reads empty on every kernel", async (context) => {
  requires(context, cgroup2);
  const { stdout, stderr } = await run(minibox, [
    "run",
    "--",
    "sh",
    "-c",
    "cat /proc/timer_list /proc/keys /proc/interrupts | wc -c",
  ]);
  expect(stderr).toBe("");
  expect(stdout.trim()).toBe("0");
});

test("doctor finds version 2 of cgroups, and that the caller may divide its own", async (context) => {
  requires(context, cgroup2);
  const { code, stdout, stderr } = await run(minibox, ["doctor"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(
    /^ok +cgroups: version 2 at \/sys\/fs\/cgroup; ours can be divided$/m,
  );
});
