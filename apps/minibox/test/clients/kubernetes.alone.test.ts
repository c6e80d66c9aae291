import { program, requires, root } from "@ns/testkit";
import { expect, test } from "vitest";
import { runEngine } from "../internal/engine.ts";

test("a kubelet's calls to containerd run a pod with minibox for its runtime class", async (context) => {
  const needed = ["containerd", "busybox", "debootstrap", "ip"];
  requires(context, root, ...needed.map((name) => program(name)));
  const { code, stdout, stderr } = await runEngine("kubernetes", {
    timeoutMs: 200_000,
  });
  expect([code, stdout.match(/^not ok.*/gm), stderr]).toEqual([0, null, ""]);
}, 650_000);
