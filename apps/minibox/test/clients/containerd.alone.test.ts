import { program, requires, root } from "@ns/testkit";
import { expect, test } from "vitest";
import { runEngine } from "../internal/engine.ts";

test("containerd runs containers with minibox in runc's place", async (context) => {
  const needed = ["containerd", "busybox", "debootstrap", "ip"];
  requires(context, root, ...needed.map((name) => program(name)));
  const { code, stdout, stderr } = await runEngine("containerd", {
    timeoutMs: 600_000,
  });
  expect([code, stdout.match(/^not ok.*/gm), stderr]).toEqual([0, null, ""]);
}, 650_000);
